//! `tunedrop ui`: the console, web pages on loopback that use the caller's own credentials.

mod access;
mod action;
mod activity;
mod assets;
mod browser;
mod compare;
mod confirm;
mod console;
mod dataset;
mod details;
mod inventory;
mod live;
mod mirror;
mod page;
mod playground;
mod report;
mod run;
mod runs;
mod zoom;

use std::future::pending;
use std::io::IsTerminal;
use std::net::Ipv4Addr;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, Result};
use axum::routing::get;
use axum::{Router, middleware};
use clap::Args;
use tokio::net::TcpListener;

use crate::print;
use crate::stack::{StackArgs, or_interrupted};
use console::Console;

/// Open the console: runs, datasets and deployments of a stack as web pages
///
/// Serves the pages on 127.0.0.1 with your own credentials, and opens the browser. Only that browser can use them: the
/// address works once, and sets a cookie. Requests leave this machine only for AWS. Ctrl-C ends the console.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tunedrop ui
  tunedrop ui --local                       the stack that `cargo local` started
  tunedrop ui --no-open --port 8080         for an SSH tunnel to this port

Exit codes:
  0: ended with Ctrl-C
  2: a usage error, no such stack, or the port is in use")]
pub(crate) struct UiArgs {
    /// Port on 127.0.0.1 [default: a free one]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    port: Option<u16>,
    /// Print the address, without opening the browser
    #[arg(long)]
    no_open: bool,
    #[command(flatten)]
    stack: StackArgs,
}

pub(crate) fn ui(args: &UiArgs) -> Result<ExitCode> {
    // Data is validated in other threads, but pages are rendered here.
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.context("the async runtime can't start")?;
    let ended = runtime.block_on(or_interrupted(serve(args)));
    // Open pages and calls in progress don't delay the exit.
    runtime.shutdown_background();
    ended.map(|_| ExitCode::SUCCESS)
}

/// Serves until it is interrupted.
async fn serve(args: &UiArgs) -> Result<()> {
    let stack = args.stack.find_to_change().await?;
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, args.port.unwrap_or(0))).await;
    let listener = listener.with_context(|| match args.port {
        Some(port) => format!("port {port} can't be used; choose another with --port, or leave it out"),
        None => "no port of 127.0.0.1 can be used".to_owned(),
    })?;
    let port = listener.local_addr().context("the port is unknown")?.port();
    let name = stack.name.clone();
    let (console, token) = Console::new(stack, port)?;
    let console = Arc::new(console);
    let _drafts = dataset::Closing(console.clone());
    let address = format!("http://127.0.0.1:{port}/start?token={token}");
    print(&format!("Console of stack {name}: http://127.0.0.1:{port} (Ctrl-C ends it)\n"))?;
    // The list is there when the browser asks for it.
    let poller = async {
        console.live.refresh(&console.ledger).await;
        console.live.poll(&console.ledger).await;
    };
    let server = axum::serve(listener, router(&console)).into_future();
    let opened = async {
        let opened = if args.no_open { None } else { browser::Opened::new(&address).await };
        // A file that keeps the output must not keep the token, unless the caller asks for it.
        if args.no_open || opened.is_none() || std::io::stdout().is_terminal() {
            print(&format!("Open this address, which works once: {address}\n"))?;
        }
        anyhow::Ok(opened)
    };
    tokio::select! {
        ended = server => ended.context("the server ended"),
        () = poller => Ok(()),
        // The private file is kept until the end.
        failed = async { let kept = opened.await; if kept.is_ok() { pending::<()>().await } kept.map(drop) } => failed,
    }
}

fn router(console: &Arc<Console>) -> Router {
    Router::new()
        .route("/start", get(access::start))
        .merge(assets::routes())
        .merge(live::routes())
        .merge(runs::routes())
        .merge(run::routes())
        .merge(report::routes())
        .merge(confirm::routes())
        .merge(compare::routes())
        .merge(dataset::routes())
        .merge(playground::routes())
        .merge(inventory::routes())
        .fallback(page::not_found)
        .layer(middleware::from_fn_with_state(console.clone(), access::guard))
        .with_state(console.clone())
}
