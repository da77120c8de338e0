//! A proxy in front of the emulator that can be closed, or is slow.

use std::net::SocketAddr;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::Result;
use socket2::SockRef;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{Mutex, oneshot};
use tokio::time::Instant;

/// Bytes that are read at a time.
const SOME: usize = 16 * 1024;

/// Bytes that the proxy's kernel buffers in addition to the line's. The default would be megabytes.
const TAKEN_IN: u32 = 64 * 1024;

/// Bytes of a segment on Ethernet. On loopback, one has 64 KB, and the sender's kernel would buffer megabytes.
const SEGMENT: u32 = 1460;

/// A connection to the emulator. Dropping it closes all of its connections.
pub(crate) struct NetworkProxy {
    pub(crate) at: SocketAddr,
    end: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl NetworkProxy {
    /// Port 0 is any free port.
    pub(crate) fn open(at: SocketAddr, to: SocketAddr) -> Result<NetworkProxy> {
        NetworkProxy::with(at, to, None)
    }

    /// The bandwidth of all connections together, in bits per second in each direction.
    pub(crate) fn slow(to: SocketAddr, bits: u64) -> Result<NetworkProxy> {
        NetworkProxy::with(SocketAddr::from(([127, 0, 0, 1], 0)), to, Some(bits))
    }

    /// Starts it on a thread of its own, because the test blocks while it reads the command's output.
    fn with(at: SocketAddr, to: SocketAddr, bits: Option<u64>) -> Result<NetworkProxy> {
        let socket = TcpSocket::new_v4()?;
        socket.set_reuseaddr(true)?;
        if bits.is_some() {
            socket.set_recv_buffer_size(TAKEN_IN)?;
            SockRef::from(&socket).set_tcp_mss(SEGMENT)?;
        }
        socket.bind(at)?;
        let at = socket.local_addr()?;
        let ((listens, listening), (end, ended)) = (std::sync::mpsc::channel(), oneshot::channel());
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime can be built").block_on(async {
                let listener = socket.listen(64).expect("the port is bound");
                listens.send(()).expect("somebody waits for it");
                tokio::select! {
                    () = lead(listener, to, bits) => {}
                    _ = ended => {}
                }
            });
        });
        listening.recv()?;
        Ok(NetworkProxy { at, end: Some(end), thread: Some(thread) })
    }

    /// The value of `AWS_ENDPOINT_URL`.
    pub(crate) fn endpoint(&self) -> String {
        format!("http://{}", self.at)
    }
}

impl Drop for NetworkProxy {
    fn drop(&mut self) {
        drop(self.end.take());
        if let Some(thread) = self.thread.take() {
            // A thread that panicked is ignored.
            let _ = thread.join();
        }
    }
}

/// One direction of a line, which transfers one byte after the other, of all connections.
struct Line {
    bits: Option<u64>,
    free: Mutex<Instant>,
}

impl Line {
    fn new(bits: Option<u64>) -> Arc<Line> {
        Arc::new(Line { bits, free: Mutex::new(Instant::now()) })
    }

    /// Waits until these bytes have arrived at the other end.
    async fn carry(&self, bytes: usize) {
        let Some(bits) = self.bits else { return };
        let mut free = self.free.lock().await;
        *free = (*free).max(Instant::now()) + Duration::from_secs_f64(bytes as f64 * 8.0 / bits as f64);
        let there = *free;
        drop(free);
        tokio::time::sleep_until(there).await;
    }
}

async fn lead(listener: TcpListener, to: SocketAddr, bits: Option<u64>) {
    let (at, address) = (listener.local_addr().expect("it is bound").to_string(), to.to_string());
    let (up, down) = (Line::new(bits), Line::new(bits));
    while let Ok((mut from, _)) = listener.accept().await {
        let (at, address, up, down) = (at.clone(), address.clone(), up.clone(), down.clone());
        tokio::spawn(async move {
            if let Ok(mut on) = TcpStream::connect(to).await {
                let (mut asks, mut answers) = from.split();
                let (mut back, mut out) = on.split();
                // However it ends, both sides are closed.
                tokio::select! {
                    _ = addressed(&mut asks, &mut out, (at.as_bytes(), address.as_bytes()), &up) => {}
                    _ = returned(&mut back, &mut answers, &down) => {}
                }
            }
        });
    }
}

async fn returned(
    back: &mut (impl AsyncRead + Unpin),
    answers: &mut (impl AsyncWrite + Unpin),
    line: &Line,
) -> std::io::Result<()> {
    let mut some = [0; SOME];
    loop {
        let n = back.read(&mut some).await?;
        if n == 0 {
            return Ok(());
        }
        line.carry(n).await;
        answers.write_all(&some[..n]).await?;
    }
}

/// Copies requests with the emulator's address as `Host`, because it rejects any other.
async fn addressed(
    asks: &mut (impl AsyncRead + Unpin),
    out: &mut (impl AsyncWrite + Unpin),
    (at, to): (&[u8], &[u8]),
    line: &Line,
) -> std::io::Result<()> {
    let (mut held, mut some) = (Vec::new(), [0; SOME]);
    loop {
        let n = asks.read(&mut some).await?;
        if n == 0 {
            return out.write_all(&held).await;
        }
        line.carry(n).await;
        held.extend_from_slice(&some[..n]);
        while let Some(found) = held.windows(at.len()).position(|window| window == at) {
            held.splice(found..found + at.len(), to.iter().copied());
        }
        // The address may continue in the next bytes.
        let kept = (1..at.len().min(held.len() + 1)).rev().find(|n| held.ends_with(&at[..*n])).unwrap_or(0);
        let ready: Vec<u8> = held.drain(..held.len() - kept).collect();
        out.write_all(&ready).await?;
    }
}
