//! With the emulator's IAM enforced, every scenario completes. With one permission removed, the scenario that needs it
//! doesn't. A permission of the template without a proof in `proofs` fails the test, and so does a permission whose
//! removal changes nothing.
//!
//! A sample of the permissions is removed, another one every day; with `-- --include-ignored` each. All scenarios run in both
//! cases. The sample also leaves out what needs a stack of its own: most functions whose retry is looked at, and all scenarios
//! without the permissions that can't be proven.

mod boundary;
mod bus;
mod clean;
mod drift;
mod judge;
mod proofs;
mod scenarios;
mod stack;
mod template;
mod unproven;

use std::collections::BTreeSet;
use std::future::Future;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use anyhow::{Result, bail, ensure};
use libtest_mimic::Trial;
use proofs::{PROOFS, Proof, Sign};
use stack::TestStack;
use template::{Permission, permissions};
use tokio::runtime::Handle;
use tokio::sync::{OnceCell, Semaphore};
use tunedrop_local::Stack;
use unproven::UNPROVEN;

use crate::permissions::scenarios::Scenario;
use crate::sample::Sample;
use crate::suite::{Suite, until};

/// The sample has one permission of this many.
const ONE_IN: u64 = 24;
/// The sample has one function of this many whose retry is looked at.
const RETRIED_ONE_IN: u64 = 3;
/// How long a scenario with a denied call may take to complete anyway.
const GRACE: Duration = Duration::from_secs(1);

/// Trials that run at once. Stacks mostly wait, but each deployment computes.
const AT_ONCE: usize = 8;

/// What the trials share.
struct SharedStacks {
    runtime: Handle,
    may_start: Box<dyn Fn() -> bool + Send + Sync>,
    stack: OnceCell<Stack>,
    free: Semaphore,
    proven: Mutex<Vec<String>>,
}

/// A trial of the permissions on a stack's bus.
type OnTheBus = for<'s> fn(&'s Stack) -> Trying<'s>;

/// Returns the suite, whose trials start once `may_start` returns true, and how many of them haven't ended.
pub fn suite(
    whole: bool,
    runtime: &Handle,
    may_start: impl Fn() -> bool + Send + Sync + 'static,
) -> (Suite, impl Fn() -> usize + Send + Sync + 'static) {
    let (runtime, free, may_start) = (runtime.clone(), Semaphore::new(AT_ONCE), Box::new(may_start));
    let world = Arc::new(SharedStacks { runtime, may_start, stack: OnceCell::new(), free, proven: Mutex::default() });
    let mut trials = vec![Trial::test("permissions::every_permission_has_one_proof_or_a_reason", || {
        every_permission_has_one_proof_or_a_reason().map_err(|error| format!("{error:#}").into())
    })];
    trials.push(trial("all_permissions", &world, |stack, _| Box::pin(all_permissions(stack))));
    let unproven =
        trial("without_unproven_permissions", &world, |stack, _| Box::pin(without_unproven_permissions(stack)));
    trials.push(unproven.with_ignored_flag(!whole));
    let functions = (!whole).then(|| Sample::of_today(RETRIED_ONE_IN));
    for function in ["validate", "launch", "record", "deploy", "evaluate", "notify"] {
        let name = format!("retried_soon/{function}");
        let left_out = functions.is_some_and(|sample| !sample.includes(&name));
        let retried = trial(&name, &world, move |stack, _| Box::pin(retried_soon(stack, function)));
        trials.push(retried.with_ignored_flag(left_out));
    }
    let on_the_bus: [(&str, OnTheBus); 3] = [
        ("other_roles_can_only_send_commands", |stack| Box::pin(bus::other_roles_can_only_send_commands(stack))),
        ("commands_can_be_allowed_one_by_one", |stack| Box::pin(bus::commands_can_be_allowed_one_by_one(stack))),
        ("each_role_puts_its_own_kinds_only", |stack| Box::pin(bus::each_role_puts_its_own_kinds_only(stack))),
    ];
    for (name, run) in on_the_bus {
        trials.push(trial(&format!("bus/{name}"), &world, move |stack, _| run(stack)));
    }
    trials.push(trial("boundary_limits_every_role", &world, |stack, _| {
        Box::pin(boundary::boundary_limits_every_role(stack))
    }));
    let sample = (!whole).then(|| Sample::of_today(ONE_IN));
    for (index, proof) in PROOFS.iter().enumerate() {
        let name = format!("without/{}/{}/{}", proof.role, proof.sid, proof.action);
        let left_out = sample.is_some_and(|sample| !sample.includes(&name));
        let removed = trial(&name, &world, move |stack, proven| {
            Box::pin(async move {
                without(stack, &format!("without-{index}"), proof).await?;
                proven.lock().expect("no trial panics with it").push(proof.name());
                Ok(())
            })
        });
        trials.push(removed.with_ignored_flag(left_out));
    }
    // Each trial holds one, and the end the last one.
    let held = Arc::downgrade(&world);
    let end = Box::new(move || {
        let Some(world) = Arc::into_inner(world) else { return Ok(()) };
        let Some(stack) = world.stack.into_inner() else { return Ok(()) };
        world.runtime.block_on(stack.stop())?;
        list(&world.proven.into_inner().expect("no trial panics with it"));
        if let Some(sample) = sample {
            println!("{sample}");
        }
        Ok(())
    });
    (Suite { trials, end }, move || held.strong_count().saturating_sub(1))
}

type Trying<'s> = std::pin::Pin<Box<dyn Future<Output = Result<()>> + 's>>;

/// The first trial starts the emulator. Listing the trials starts nothing.
fn trial(
    name: &str,
    world: &Arc<SharedStacks>,
    run: impl for<'s> FnOnce(&'s Stack, &'s Mutex<Vec<String>>) -> Trying<'s> + Send + 'static,
) -> Trial {
    let world = Arc::clone(world);
    Trial::test(format!("permissions::{name}"), move || {
        let tried = world.runtime.block_on(async {
            until(&world.may_start).await;
            let _permit = world.free.acquire().await?;
            let stack = world.stack.get_or_try_init(stack::start).await?;
            run(stack, &world.proven).await
        });
        tried.map_err(|error| format!("{error:?}").into())
    })
}

/// With the template as it is, every scenario completes, and nothing is denied.
async fn all_permissions(stack: &Stack) -> Result<()> {
    every_scenario_completes(&TestStack::new(stack, stack.deployment().clone()).await?).await
}

/// Without the permissions that `UNPROVEN` lists, every scenario still completes. Otherwise they could be proven.
async fn without_unproven_permissions(stack: &Stack) -> Result<()> {
    let permissions = permissions()?;
    let is_unproven = |permission: &Permission| UNPROVEN.iter().any(|unproven| unproven.is_of(permission));
    let statement = |permission: &Permission| (permission.role.clone(), permission.sid.clone());
    let kept: BTreeSet<_> = permissions.iter().filter(|&permission| !is_unproven(permission)).map(statement).collect();
    // Actions of statements that have proven ones too are removed by their names.
    let entry = |permission: &Permission| match kept.contains(&statement(permission)) {
        true => format!("{}:{}", permission.role, permission.action),
        false => format!("{}:{}", permission.role, permission.sid),
    };
    let entries: BTreeSet<String> =
        permissions.iter().filter(|&permission| is_unproven(permission)).map(entry).collect();
    let entries: Vec<String> = entries.into_iter().collect();
    let name = "without-unproven";
    let deployed = stack.deploy(name, &stack::parameters(), &entries).await?;
    let ended = every_scenario_completes(&TestStack::new(stack, deployed).await?).await;
    ended.and(stack.delete(name).await)
}

/// A function that fails gets its event again within seconds, which needs a permission.
async fn retried_soon(stack: &Stack, function: &'static str) -> Result<()> {
    let name = format!("retried-soon-{function}");
    let deployed = stack.deploy(&name, &stack::parameters(), &[]).await?;
    let ended = Scenario::FailingLedger(function).run(&TestStack::new(stack, deployed).await?).await;
    ended.and(stack.delete(&name).await)
}

async fn every_scenario_completes(site: &TestStack<'_>) -> Result<()> {
    use Scenario::*;
    let ended = tokio::try_join!(
        Accepted.run(site),
        Rejected.run(site),
        Refused.run(site),
        Legacy.run(site),
        Stopped.run(site),
        Retried.run(site),
        InterruptedLaunch.run(site),
        LostEvent.run(site),
        Deployed.run(site),
        Provisioned.run(site),
        Evaluated.run(site),
        EvaluatedByProfile.run(site),
        Judged.run(site),
        JudgeStopped.run(site),
        FromLogs.run(site),
        Compared.run(site),
    );
    // An error of a function explains more than a scenario that timed out.
    site.nothing_failed().await?;
    ended.map(drop)
}

/// Deploys a stack that lacks one permission. The denial must be visible, and the scenario must not complete.
async fn without(stack: &Stack, name: &str, proof: &Proof) -> Result<()> {
    let entry = proof.withdrawal()?;
    let deployed = stack.deploy(name, &stack::parameters(), &[entry]).await?;
    let site = TestStack::new(stack, deployed).await?;
    let scenario = async {
        match proof.scenario.run(&site).await {
            Ok(()) => bail!("the scenario completed: it doesn't need the permission"),
            // A failed call, such as the sweep's, may report the denial itself, or be the reason why the scenario ends.
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
        ended = scenario => ended,
        seen = seen => seen,
    };
    drop(site);
    let deleted = stack.delete(name).await;
    outcome.and(deleted)
}

fn denial(proof: &Proof) -> String {
    format!("not authorized to perform: {}", proof.action)
}

/// Whether the denial is visible in the run or in the function's log.
async fn seen(site: &TestStack<'_>, proof: &Proof) -> Result<bool> {
    let run = site.newest(&proof.scenario.dataset()).await;
    let reason = run.and_then(|run| run.reason.or(run.blocked_reason)).unwrap_or_default();
    let denial = denial(proof);
    match (proof.sign, proof.function()) {
        (Sign::Denied, Some(function)) => Ok(reason.contains(&denial) || site.logged(&function, &denial).await?),
        (Sign::Reason(words), _) => Ok(reason.contains(words)),
        (Sign::Judge(words), _) => site.logged("evaluate", words).await,
        (Sign::Denied, None) => bail!("{} is no function's role", proof.role),
    }
}

fn every_permission_has_one_proof_or_a_reason() -> Result<()> {
    let permissions = permissions()?;
    for permission in &permissions {
        let proofs = PROOFS.iter().filter(|proof| proof.is_of(permission)).count()
            + UNPROVEN.iter().filter(|unproven| unproven.is_of(permission)).count();
        ensure!(proofs == 1, "{permission} has {proofs} proofs: prove it in proofs.rs, or say why not");
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

/// Prints what was proven, and what isn't.
fn list(proven: &[String]) {
    let mut proven = proven.to_vec();
    proven.sort();
    println!("\nproven by removing them ({}):", proven.len());
    for name in &proven {
        println!("  {name}");
    }
    println!("\nnot proven:");
    for unproven in UNPROVEN {
        println!("  {}: {}", unproven.name(), unproven.reason);
    }
}
