//! With the emulator's IAM enforced, the journeys come to their ends; with one permission taken away, the journey that
//! needs it doesn't. A permission of the template that has no verdict here fails the test, and so does one whose
//! absence changes nothing.

mod bus;
mod journeys;
mod site;
mod template;
mod verdicts;

use std::collections::BTreeSet;
use std::future::Future;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::{Result, bail, ensure};
use libtest_mimic::{Arguments, Trial};
use site::Site;
use template::{Permission, permissions};
use tokio::sync::OnceCell;
use tunedrop_local::Stack;
use verdicts::{PROOFS, Proof, Sign, UNPROVEN};

use crate::journeys::Journey;

/// A denied journey gets this long to come to its end all the same.
const GRACE: Duration = Duration::from_secs(1);

/// What the trials share.
struct World {
    runtime: tokio::runtime::Runtime,
    stack: OnceCell<Stack>,
    proven: Mutex<Vec<String>>,
}

/// What is tried on a stack's bus.
type OnTheBus = for<'s> fn(&'s Stack) -> Trying<'s>;

fn main() {
    let mut arguments = Arguments::from_args();
    // Stacks wait more than they compute, but each deployment computes.
    arguments.test_threads = arguments.test_threads.or(Some(8));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let world = Arc::new(World { runtime, stack: OnceCell::new(), proven: Mutex::default() });
    let mut trials = vec![Trial::test("every_permission_has_one_verdict", || {
        every_permission_has_one_verdict().map_err(|error| format!("{error:#}").into())
    })];
    trials.push(trial("whole", &world, |stack, _| Box::pin(whole(stack))));
    trials.push(trial("without_what_is_not_proven", &world, |stack, _| Box::pin(without_what_is_not_proven(stack))));
    for function in ["validate", "launch", "record", "notify"] {
        trials
            .push(trial(&format!("troubled/{function}"), &world, move |stack, _| Box::pin(troubled(stack, function))));
    }
    let on_the_bus: [(&str, OnTheBus); 3] = [
        ("neighbor_can_only_command", |stack| Box::pin(bus::neighbor_can_only_command(stack))),
        ("commands_can_be_allowed_one_by_one", |stack| Box::pin(bus::commands_can_be_allowed_one_by_one(stack))),
        ("each_role_puts_its_own_kinds_only", |stack| Box::pin(bus::each_role_puts_its_own_kinds_only(stack))),
    ];
    for (name, run) in on_the_bus {
        trials.push(trial(&format!("bus/{name}"), &world, move |stack, _| run(stack)));
    }
    for (index, proof) in PROOFS.iter().enumerate() {
        let name = format!("without/{}/{}/{}", proof.role, proof.sid, proof.action);
        trials.push(trial(&name, &world, move |stack, proven| {
            Box::pin(async move {
                without(stack, &format!("without-{index}"), proof).await?;
                proven.lock().expect("no trial panics with it").push(proof.name());
                Ok(())
            })
        }));
    }
    let conclusion = libtest_mimic::run(&arguments, trials);
    let Some(world) = Arc::into_inner(world) else { conclusion.exit() };
    if let Some(stack) = world.stack.into_inner() {
        world.runtime.block_on(stack.stop()).expect("the stack stops");
        list(&world.proven.into_inner().expect("no trial panics with it"));
    }
    conclusion.exit();
}

type Trying<'s> = std::pin::Pin<Box<dyn Future<Output = Result<()>> + 's>>;

/// The first trial starts the emulator; listing them starts nothing.
fn trial(
    name: &str,
    world: &Arc<World>,
    run: impl for<'s> FnOnce(&'s Stack, &'s Mutex<Vec<String>>) -> Trying<'s> + Send + 'static,
) -> Trial {
    let world = Arc::clone(world);
    Trial::test(name, move || {
        let tried = world.runtime.block_on(async {
            let stack = world.stack.get_or_try_init(site::start).await?;
            run(stack, &world.proven).await
        });
        tried.map_err(|error| format!("{error:?}").into())
    })
}

/// The template as it is: every journey comes to its end, and nothing is denied on the way.
async fn whole(stack: &Stack) -> Result<()> {
    every_journey(&Site::new(stack, stack.deployment().clone()).await?).await
}

/// What is said not to be proven here makes no difference here: what does would have to be proven.
async fn without_what_is_not_proven(stack: &Stack) -> Result<()> {
    let permissions = permissions()?;
    let unproven = permissions.iter().filter(|&permission| UNPROVEN.iter().any(|unproven| unproven.is_of(permission)));
    let entries: BTreeSet<String> =
        unproven.map(|permission| format!("{}:{}", permission.role, permission.sid)).collect();
    let entries: Vec<String> = entries.into_iter().collect();
    let name = "without-unproven";
    let deployed = stack.deploy(name, &site::parameters(), &entries).await?;
    let ended = every_journey(&Site::new(stack, deployed).await?).await;
    ended.and(stack.delete(name).await)
}

/// With its permissions, a function in trouble gets its event again soon.
async fn troubled(stack: &Stack, function: &'static str) -> Result<()> {
    let name = format!("troubled-{function}");
    let deployed = stack.deploy(&name, &site::parameters(), &[]).await?;
    let ended = Journey::Troubled(function).make(&Site::new(stack, deployed).await?).await;
    ended.and(stack.delete(&name).await)
}

async fn every_journey(site: &Site<'_>) -> Result<()> {
    use Journey::*;
    let ended = tokio::try_join!(
        Accepted.make(site),
        Rejected.make(site),
        Refused.make(site),
        Legacy.make(site),
        Stopped.make(site),
        Retried.make(site),
        CutOff.make(site),
        Swept.make(site),
        FromLogs.make(site),
    );
    // What went wrong in a function says more than a journey that waited.
    site.nothing_failed().await?;
    ended.map(drop)
}

/// A stack that lacks one permission: its absence shows itself, and the journey doesn't come to its end.
async fn without(stack: &Stack, name: &str, proof: &Proof) -> Result<()> {
    let entry = proof.withdrawal()?;
    let deployed = stack.deploy(name, &site::parameters(), &[entry]).await?;
    let site = Site::new(stack, deployed).await?;
    let journey = async {
        match proof.journey.make(&site).await {
            Ok(()) => bail!("the journey came to its end all the same: the permission is not needed for it"),
            // A call that fails, such as the sweep's, may bring the sign with it, or be one way not to come to the end.
            Err(error) if matches!(proof.sign, Sign::Denied) && format!("{error:#}").contains(&denial(proof)) => Ok(()),
            Err(_) => std::future::pending::<Result<()>>().await,
        }
    };
    let seen = async {
        let look = site.until("the denial", async || seen(&site, proof).await.ok().filter(|seen| *seen));
        if let Err(error) = look.await {
            let function = proof.function().unwrap_or_else(|| "launch".to_owned());
            return Err(error.context(site.stack.logs(&site.deployed, &function).await?.join("\n")));
        }
        tokio::time::sleep(GRACE).await;
        Ok(())
    };
    let outcome = tokio::select! {
        ended = journey => ended,
        seen = seen => seen,
    };
    drop(site);
    let deleted = stack.delete(name).await;
    outcome.and(deleted)
}

fn denial(proof: &Proof) -> String {
    format!("not authorized to perform: {}", proof.action)
}

/// Whether the permission's absence has shown itself.
async fn seen(site: &Site<'_>, proof: &Proof) -> Result<bool> {
    let run = site.newest(&proof.journey.dataset()).await;
    let reason = run.and_then(|run| run.reason.or(run.waiting)).unwrap_or_default();
    let denial = denial(proof);
    match (proof.sign, proof.function()) {
        (Sign::Denied, Some(function)) => Ok(reason.contains(&denial) || site.logged(&function, &denial).await?),
        (Sign::Reason(words), _) => Ok(reason.contains(words)),
        (Sign::Denied, None) => bail!("{} is no function's role", proof.role),
    }
}

fn every_permission_has_one_verdict() -> Result<()> {
    let permissions = permissions()?;
    for permission in &permissions {
        let verdicts = PROOFS.iter().filter(|proof| proof.is_of(permission)).count()
            + UNPROVEN.iter().filter(|unproven| unproven.is_of(permission)).count();
        ensure!(verdicts == 1, "{permission} has {verdicts} verdicts: prove it in verdicts.rs, or say why not");
    }
    let known = |is_of: &dyn Fn(&Permission) -> bool| permissions.iter().any(is_of);
    for proof in PROOFS {
        ensure!(known(&|permission| proof.is_of(permission)), "the template has no {}", proof.name());
    }
    for unproven in UNPROVEN {
        ensure!(known(&|permission| unproven.is_of(permission)), "the template has no {}", unproven.name());
    }
    Ok(())
}

/// What is proven and what is not; this goes to the log of whoever runs the tests.
fn list(proven: &[String]) {
    let mut proven = proven.to_vec();
    proven.sort();
    println!("\nproven by taking them away ({}):", proven.len());
    for name in &proven {
        println!("  {name}");
    }
    println!("\nnot proven here:");
    for unproven in UNPROVEN {
        println!("  {}: {}", unproven.name(), unproven.reason);
    }
}
