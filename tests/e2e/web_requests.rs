//! Requests that a web page could send, sent to every open port of the local stack.

use std::collections::BTreeSet;
use std::fs;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::harness::Harness;

const EVIL: &str = "https://evil.example";
const PATIENCE: Duration = Duration::from_secs(10);

pub(crate) async fn every_port_rejects_requests_from_web_pages(world: &Harness) -> Result<()> {
    // A function that is invoked has a Runtime API, which listens too.
    let sweep = world.main.deployed.resource("SweepFunction")?;
    world.stack.invoke(sweep, &json!({})).await?;
    let mut ports = listening()?;
    ensure!(ports.len() >= 2, "only {ports:?} listen: emulator and Runtime API are expected");
    for endpoint in [world.stack.endpoint(), world.stack.bedrock_endpoint()] {
        ports.insert(port(endpoint)?);
    }
    for port in ports {
        let own = format!("127.0.0.1:{port}");
        for request in [
            format!(
                "POST /2015-03-31/functions HTTP/1.1\r\nHost: {own}\r\nOrigin: {EVIL}\r\nContent-Type: text/plain\r\n"
            ),
            format!("POST /_local/events HTTP/1.1\r\nHost: {own}\r\nOrigin: null\r\n"),
            format!("POST /2018-06-01/runtime/init/error HTTP/1.1\r\nHost: {own}\r\nOrigin: http://{own}\r\n"),
            format!("GET /?Action=ListTopics HTTP/1.1\r\nHost: {own}\r\nReferer: {EVIL}/page\r\n"),
            format!("GET /_simulator/jobs HTTP/1.1\r\nHost: {own}\r\nSec-Fetch-Site: none\r\n"),
            format!("GET /_ministack/health HTTP/1.1\r\nHost: {own}\r\nSec-Fetch-Mode: no-cors\r\n"),
            format!("OPTIONS / HTTP/1.1\r\nHost: {own}\r\nOrigin: {EVIL}\r\nAccess-Control-Request-Method: PUT\r\n"),
            format!("POST / HTTP/1.1\r\nHost: evil.example:{port}\r\nX-Amz-Target: AmazonSQS.ListQueues\r\n"),
            "GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: evil.example\r\n".to_owned(),
            format!("GET /bucket HTTP/1.1\r\nHost: bucket.s3.localhost:{port}\r\n"),
            format!(
                "GET /_aws/execute-api/a/b HTTP/1.1\r\nHost: {own}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
                 Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nOrigin: {EVIL}\r\n"
            ),
        ] {
            // An environment that ended in the meantime doesn't listen any more.
            let Some(answer) = ask(port, &request).await? else { continue };
            let status = answer.split_whitespace().nth(1);
            ensure!(status == Some("403"), "port {port} answered {answer:?} to {request:?}");
            ensure!(!answer.to_ascii_lowercase().contains("access-control-"), "port {port}: {answer:?}");
        }
    }
    // An accepted request must not get permission for other origins: the emulator adds it to every answer.
    let own = world.stack.endpoint().trim_start_matches("http://");
    let health = ask(port(own)?, &format!("GET /_ministack/health HTTP/1.1\r\nHost: {own}\r\n")).await?;
    let health = health.context("the emulator listens")?;
    ensure!(health.starts_with("HTTP/1.1 200"), "{health:?}");
    ensure!(!health.to_ascii_lowercase().contains("access-control-"), "{health:?}");
    Ok(())
}

fn port(endpoint: &str) -> Result<u16> {
    endpoint.rsplit(':').next().and_then(|port| port.parse().ok()).context("an endpoint has a port")
}

/// Sends a head without a body. Returns the answer; `None` if nothing listens any more.
async fn ask(port: u16, head: &str) -> Result<Option<String>> {
    let Ok(mut stream) = TcpStream::connect(("127.0.0.1", port)).await else { return Ok(None) };
    stream.write_all(format!("{head}Connection: close\r\nContent-Length: 0\r\n\r\n").as_bytes()).await?;
    let mut answer = Vec::new();
    // A connection that is reset after the answer was sent counts as answered.
    let read = timeout(PATIENCE, stream.read_to_end(&mut answer)).await;
    ensure!(read.is_ok() || !answer.is_empty(), "port {port} does not answer {head:?}");
    Ok(Some(String::from_utf8_lossy(&answer).into_owned()))
}

/// Returns the ports on which this process's descendants listen. Each must be on loopback. The tests' own listeners are
/// left out.
fn listening() -> Result<BTreeSet<u16>> {
    let mut family = BTreeSet::from([std::process::id()]);
    let parents: Vec<(u32, u32)> = processes()?.into_iter().filter_map(|id| Some((id, parent(id)?))).collect();
    while let Some((id, _)) = parents.iter().find(|(id, parent)| family.contains(parent) && !family.contains(id)) {
        family.insert(*id);
    }
    family.remove(&std::process::id());
    let sockets: BTreeSet<String> = family.iter().flat_map(|id| sockets(*id)).collect();
    let mut ports = BTreeSet::new();
    for table in ["/proc/net/tcp", "/proc/net/tcp6"] {
        let text = fs::read_to_string(table).unwrap_or_default();
        for line in text.lines().skip(1) {
            // Columns: number, local address, remote address, state (0A listens) …, the tenth is the inode.
            let columns: Vec<&str> = line.split_whitespace().collect();
            if columns.get(3) != Some(&"0A") || !columns.get(9).is_some_and(|inode| sockets.contains(*inode)) {
                continue;
            }
            let (address, port) = columns[1].split_once(':').context("an address has a port")?;
            ensure!(address == "0100007F", "a part of the local stack listens on {address}, not on 127.0.0.1");
            ports.insert(u16::from_str_radix(port, 16)?);
        }
    }
    Ok(ports)
}

fn processes() -> Result<Vec<u32>> {
    let entries = fs::read_dir("/proc").context("this test needs /proc")?;
    Ok(entries.flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect())
}

/// After the name, which is in parentheses and may contain blanks: state, parent.
fn parent(id: u32) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    stat.rsplit_once(')')?.1.split_whitespace().nth(1)?.parse().ok()
}

/// Returns the inodes of a process's sockets.
fn sockets(id: u32) -> Vec<String> {
    let Ok(open) = fs::read_dir(format!("/proc/{id}/fd")) else { return Vec::new() };
    let links = open.flatten().filter_map(|entry| fs::read_link(entry.path()).ok());
    let names = links.filter_map(|link| link.to_str().map(str::to_owned));
    names.filter_map(|name| Some(name.strip_prefix("socket:[")?.strip_suffix(']')?.to_owned())).collect()
}
