//! A bucket in memory in place of the emulator: as much of S3 as a job needs, and a bus that takes every event. The
//! account of `account` is there, too.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::account::{self, Policy};

type Stored = Arc<Mutex<BTreeMap<String, Bytes>>>;

pub(crate) struct Objects {
    pub(crate) url: String,
    stored: Stored,
    policy: Policy,
}

impl Objects {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let stored = Stored::default();
        let policy = Policy::default();
        let account = Router::new()
            .route("/", post(account::query))
            .route("/2015-03-31/functions/", get(account::functions))
            .with_state(policy.clone());
        let app = Router::new()
            .route("/_local/events", post(async || StatusCode::OK))
            .route("/bucket/{*key}", get(read).put(write).delete(remove))
            .with_state(stored.clone())
            .merge(account);
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { url, stored, policy }
    }

    /// The keys and texts below a prefix.
    pub(crate) fn below(&self, prefix: &str) -> Vec<(String, String)> {
        let stored = self.stored.lock().unwrap();
        let found = stored.iter().filter(|(key, _)| key.starts_with(prefix));
        found.map(|(key, bytes)| (key.clone(), String::from_utf8(bytes.to_vec()).unwrap())).collect()
    }

    /// Gives the caller's role these statements and no others.
    pub(crate) fn allow(&self, statements: &[Value]) {
        *self.policy.lock().unwrap() = json!({ "Version": "2012-10-17", "Statement": statements });
    }

    pub(crate) fn put(&self, key: &str, text: String) {
        self.stored.lock().unwrap().insert(key.to_owned(), text.into());
    }
}

async fn read(State(stored): State<Stored>, Path(key): Path<String>) -> Result<Bytes, StatusCode> {
    stored.lock().unwrap().get(&key).cloned().ok_or(StatusCode::NOT_FOUND)
}

async fn write(State(stored): State<Stored>, Path(key): Path<String>, bytes: Bytes) {
    stored.lock().unwrap().insert(key, bytes);
}

async fn remove(State(stored): State<Stored>, Path(key): Path<String>) -> StatusCode {
    stored.lock().unwrap().remove(&key);
    StatusCode::NO_CONTENT
}
