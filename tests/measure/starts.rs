//! Cold starts: from the start of a function's process to its first poll of the Lambda Runtime API, which is simulated here.

use std::io::{ErrorKind, Read};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use tunedrop_local::{ACCOUNT, REGION, SECRET};

use crate::process;
use crate::table::{self, line, mb, median, ms, p90};

const STARTS: usize = 20;
const PATIENCE: Duration = Duration::from_secs(20);
/// The process has sent its poll by then, and only waits.
const IDLE: Duration = Duration::from_millis(50);
const POLL: &[u8] = b"GET /2018-06-01/runtime/invocation/next ";

/// Variables that functions require. No call is made with them.
const VARIABLES: [(&str, &str); 10] = [
    ("TUNEDROP_STACK", "measure"),
    ("TUNEDROP_BUS", "measure"),
    ("TUNEDROP_ACCOUNT", "123456789012"),
    ("TUNEDROP_BUCKET", "measure-bucket"),
    ("TUNEDROP_TABLE", "measure-table"),
    ("TUNEDROP_TOPIC_ARN", "arn:aws:sns:us-east-1:123456789012:measure"),
    ("TUNEDROP_JOB_ROLE_ARN", "arn:aws:iam::123456789012:role/measure"),
    ("TUNEDROP_JUDGE_ROLE_ARN", "arn:aws:iam::123456789012:role/measure"),
    ("TUNEDROP_LAUNCH_DEFAULT", "auto"),
    ("TUNEDROP_PAUSE_LAUNCHES", "false"),
];

/// The figures of one function.
pub(crate) struct Function {
    name: &'static str,
    bytes: u64,
    starts: Vec<f64>,
    rss_kib: Option<u64>,
}

/// A process that ends with its handle.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        // Fails if it has already ended.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts the function again and again, each time until its first poll.
pub(crate) fn measure(name: &'static str, path: &Path, bytes: u64) -> Result<Function> {
    let mut function = Function { name, bytes, starts: Vec::new(), rss_kib: None };
    // The first start only brings the binary into the page cache.
    for i in 0..=STARTS {
        let (time, rss) = start(name, path).with_context(|| format!("{name} did not start"))?;
        if i > 0 {
            function.starts.push(ms(time));
        }
        function.rss_kib = rss;
    }
    Ok(function)
}

fn start(name: &str, path: &Path) -> Result<(Duration, Option<u64>)> {
    let listener = TcpListener::bind("127.0.0.1:0").context("no port for the Runtime API")?;
    listener.set_nonblocking(true).context("no port for the Runtime API")?;
    let mut command = Command::new(path);
    command.env_clear().envs(VARIABLES).envs([
        ("AWS_LAMBDA_FUNCTION_NAME", name),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256"),
        ("AWS_REGION", REGION),
        ("AWS_ACCESS_KEY_ID", ACCOUNT),
        ("AWS_SECRET_ACCESS_KEY", SECRET),
    ]);
    command.env("AWS_LAMBDA_RUNTIME_API", listener.local_addr().context("the port is not known")?.to_string());
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let started = Instant::now();
    let mut running = Running(command.spawn().context("the process can't be made")?);
    let mut connection = accept(&listener, &mut running.0, started)?;
    let request = head(&mut connection)?;
    let time = started.elapsed();
    ensure!(request.starts_with(POLL), "it asked for something else: {}", String::from_utf8_lossy(&request));
    std::thread::sleep(IDLE);
    let rss = process::status_kib(running.0.id(), "VmRSS");
    Ok((time, rss))
}

/// Waits for the function's connection. It is an error if the function ends instead.
fn accept(listener: &TcpListener, child: &mut Child, started: Instant) -> Result<TcpStream> {
    loop {
        match listener.accept() {
            Ok((connection, _)) => return Ok(connection),
            Err(error) if error.kind() == ErrorKind::WouldBlock => {}
            Err(error) => return Err(error).context("its connection was lost"),
        }
        if let Some(status) = child.try_wait().context("its state is not known")? {
            bail!("it ended instead of polling: {status}");
        }
        ensure!(started.elapsed() < PATIENCE, "no poll within {} s", PATIENCE.as_secs());
        std::thread::sleep(Duration::from_micros(200));
    }
}

/// Reads a request up to its empty line.
fn head(connection: &mut TcpStream) -> Result<Vec<u8>> {
    connection.set_nonblocking(false).context("its connection was lost")?;
    connection.set_read_timeout(Some(PATIENCE)).context("its connection was lost")?;
    let (mut request, mut buffer) = (Vec::new(), [0; 4096]);
    while !request.windows(4).any(|end| end == b"\r\n\r\n") {
        let read = connection.read(&mut buffer).context("its request was lost")?;
        ensure!(read > 0, "it hung up in its request");
        request.extend_from_slice(&buffer[..read]);
    }
    Ok(request)
}

/// Prints one line for each function.
pub(crate) fn print(functions: &[Function]) {
    let mut lines = vec![line(&["", "size, MB", "start, ms: median", "p90", "idle memory, MB"])];
    lines.extend(functions.iter().map(|function| {
        vec![
            function.name.to_owned(),
            format!("{:.1}", function.bytes as f64 / 1e6),
            format!("{:.1}", median(&function.starts)),
            format!("{:.1}", p90(&function.starts)),
            mb(function.rss_kib),
        ]
    }));
    table::print(&format!("functions, process start to first poll ({STARTS} starts each, in the page cache)"), &lines);
}
