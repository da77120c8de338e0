//! Starts the command, and sends requests to it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::fake::{Fake, State};
use crate::support::{command, folder};

/// The command while it runs.
pub(super) struct Console {
    child: Child,
    pub(super) port: u16,
    pub(super) token: String,
    pub(super) cookie: String,
    pub(super) fake: Fake,
    home: tempfile::TempDir,
}

impl Drop for Console {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// An answer: the status, the head in lower case, and the body.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) head: String,
    pub(super) body: String,
}

impl Answer {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")))
    }
}

impl Console {
    /// Starts the command. `is_account`: with the intervals for an account, as if no emulator answered.
    pub(super) fn start(state: State, is_account: bool) -> Console {
        let fake = Fake::start(state);
        let config = format!("[default]\nendpoint_url = {}\n", fake.endpoint);
        let home = folder(&[("config", config.as_bytes())]);
        let mut command = command(home.path(), &["ui", "--no-open", "--stack", "tunedrop"]);
        command.env("HOME", home.path()).env("AWS_EC2_METADATA_DISABLED", "true").env("AWS_REGION", "us-east-1");
        command.env("AWS_ACCESS_KEY_ID", "k").env("AWS_SECRET_ACCESS_KEY", "s");
        match is_account {
            true => command.env("AWS_CONFIG_FILE", home.path().join("config")),
            false => command.env("AWS_ENDPOINT_URL", &fake.endpoint),
        };
        let mut child = command.stdout(Stdio::piped()).spawn().expect("it runs");
        let lines = BufReader::new(child.stdout.take().expect("its output")).lines().map_while(Result::ok);
        let address = lines.filter_map(|line| line.split_once("works once: ").map(|(_, address)| address.to_owned()));
        let address = address.take(1).next().expect("an address");
        let (host, token) = address.split_once("/start?token=").expect("a token");
        let port = host.rsplit(':').next().and_then(|port| port.parse().ok()).expect("a port");
        Console { child, port, token: token.to_owned(), cookie: String::new(), fake, home }
    }

    /// Starts it, and exchanges the token.
    pub(super) fn open(state: State) -> Console {
        let mut console = Console::start(state, false);
        console.exchange();
        console
    }

    pub(super) fn exchange(&mut self) {
        let answer = self.get(&format!("/start?token={}", self.token));
        let set = answer.header("set-cookie").expect("a cookie");
        self.cookie = set.split(';').next().expect("a pair").to_owned();
    }

    pub(super) fn send(&self, method: &str, path: &str, lines: &[(&str, &str)], body: &str) -> Answer {
        let head: String = lines.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("it listens");
        stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a time");
        let length = body.len();
        write!(stream, "{method} {path} HTTP/1.1\r\n{head}connection: close\r\ncontent-length: {length}\r\n\r\n{body}")
            .expect("it reads");
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).expect("it answers");
        let text = String::from_utf8_lossy(&bytes);
        let (head, body) = text.split_once("\r\n\r\n").expect("a head and a body");
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        Answer { status, head: head.replace('\r', ""), body: body.to_owned() }
    }

    /// The command's home.
    pub(super) fn home(&self) -> &Path {
        self.home.path()
    }

    /// Ends it as Ctrl-C does.
    pub(super) fn interrupt(&mut self) {
        let kill = Command::new("kill").args(["-INT", &self.child.id().to_string()]).status();
        assert!(kill.expect("it runs").success());
        self.child.wait().expect("it ends");
    }

    pub(super) fn host(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    pub(super) fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &[("host", &self.host()), ("cookie", &self.cookie)], "")
    }

    /// A form of the console's own page.
    pub(super) fn post(&self, path: &str, body: &str) -> Answer {
        let (host, origin) = (self.host(), format!("http://{}", self.host()));
        let kind = ("content-type", "application/x-www-form-urlencoded");
        self.send("POST", path, &[("host", &host), ("cookie", &self.cookie), ("origin", &origin), kind], body)
    }

    /// A tab that listens for changes.
    pub(super) fn listen(&self) -> TcpStream {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("it listens");
        let (host, cookie) = (self.host(), &self.cookie);
        write!(stream, "GET /live HTTP/1.1\r\nhost: {host}\r\ncookie: {cookie}\r\n\r\n").expect("it reads");
        stream
    }
}
