//! Updates of a dataset: changed files arrive one by one, and old and new files are never trained together.
//!
//! The guarded stack lets an update wait for `SETTLE` seconds. The other stacks hardly wait.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tunedrop_run::event::Kind;
use tunedrop_run::{Run, State, Timestamp};

use crate::data::nova;
use crate::harness::Harness;
use crate::session::Shell;
use crate::stack::DeployedStack;

/// Seconds that an update waits for further files: longer than two uploads and their validation take on a busy machine.
pub(crate) const SETTLE: &str = "15";

const RECIPE: &str = "base_model: nova-lite\nvalidation: validation.jsonl\n";

/// Uploads a first version, whose training starts at once. Returns its run.
async fn first_version(w: &Harness, dataset: &str) -> Result<Run> {
    let side = &w.guarded;
    w.upload(side, dataset, "validation.jsonl", nova(10, &format!("{dataset} kept back"))).await?;
    w.upload(side, dataset, "train.jsonl", nova(20, dataset)).await?;
    w.upload(side, dataset, "job.yaml", RECIPE).await?;
    let run = w.run_in(side, dataset, State::Succeeded).await?;
    ensure!(run.launch_after.is_none(), "a first version waits for nothing: {run:?}");
    w.next_second().await;
    Ok(run)
}

/// The recipe that commits an update is validated after its data, and has the same content. Its other settings count too.
pub(crate) async fn settings_of_the_last_recipe_count(w: &Harness) -> Result<()> {
    let (side, dataset) = (&w.guarded, "update-settings");
    let first = first_version(w, dataset).await?;
    w.upload(side, dataset, "train.jsonl", nova(20, &format!("{dataset} new"))).await?;
    let run = settling(w, dataset, &first).await?;
    w.next_second().await;
    let recipe = format!("{RECIPE}guard: {{ max_tokens: 59000 }}\nnotify: [ada@example.com]\n");
    w.upload(side, dataset, "job.yaml", recipe).await?;
    let run = w.run_is(side, &run.run_id, State::Succeeded).await?;
    ensure!(run.plan.is_some_and(|plan| plan.guard.max_tokens == Some(59_000)), "the guard is the old recipe's");
    ensure!(run.notify == ["ada@example.com"], "{:?}", run.notify);
    Ok(())
}

/// Returns the dataset's newest run, once it is another than this one and waits for files.
async fn settling(w: &Harness, dataset: &str, before: &Run) -> Result<Run> {
    w.until(&format!("an update of {dataset} that waits"), async || {
        let head = w.guarded.ledger.dataset(dataset).await.ok()??;
        let run = w.guarded.ledger.run(&head.latest_run.filter(|latest| *latest != before.run_id)?).await.ok()??;
        run.settles_until().is_some().then_some(run)
    })
    .await
}

/// Returns when Bedrock received the request for the dataset's newest job.
fn asked_at(jobs: &[Value]) -> Result<Timestamp> {
    let times = jobs.iter().filter_map(|job| job["creationTime"].as_str()?.parse().ok());
    times.max().context("jobs have a time")
}

fn time(text: Option<&str>) -> Result<Timestamp> {
    Ok(text.context("a time")?.parse()?)
}

/// Uploads files as `aws s3 sync` does, in both orders, with a pause in between. The whole update is one job, soon
/// after its waiting time.
pub(crate) async fn two_changed_files_create_one_job(w: &Harness) -> Result<()> {
    let orders = [("update-a", ["train.jsonl", "validation.jsonl"]), ("update-b", ["validation.jsonl", "train.jsonl"])];
    let (a, b) = (two_files(w, orders[0].0, orders[0].1), two_files(w, orders[1].0, orders[1].1));
    tokio::try_join!(a, b).map(|_| ())
}

async fn two_files(w: &Harness, dataset: &str, order: [&str; 2]) -> Result<()> {
    let side = &w.guarded;
    let first = first_version(w, dataset).await?;
    let new = |file: &str| nova(if file == "train.jsonl" { 20 } else { 10 }, &format!("{dataset} new {file}"));
    w.upload(side, dataset, order[0], new(order[0])).await?;
    let mixed = settling(w, dataset, &first).await?;
    // The report and the message say when it starts, and how to start it now.
    let report = w.read_json(side, &format!("reports/{dataset}/latest.json")).await?;
    ensure!(report["launch_after"] == json!(mixed.launch_after), "{report}");
    let messages = w.wait_for_messages(side, dataset, "Training starts after", 1).await?;
    ensure!(messages[0].body.contains(&format!("tunedrop approve {}", mixed.run_id)), "{messages:#?}");
    // Its event is delivered again, which delays nothing.
    let object = json!({ "key": format!("datasets/{dataset}/{}", order[0]) });
    let detail = json!({ "bucket": { "name": side.bucket() }, "object": object, "requester": "ada" });
    w.aws_event("aws.s3", "Object Created", detail).await?;
    w.next_second().await;
    w.upload(side, dataset, order[1], new(order[1])).await?;
    let superseded = w.run_is(side, &mixed.run_id, State::Superseded).await?;
    ensure!(superseded.launch_after == mixed.launch_after && superseded.job_arn.is_none(), "{superseded:?}");
    let whole = settling(w, dataset, &mixed).await?;
    let run = w.run_is(side, &whole.run_id, State::Succeeded).await?;
    let jobs = w.jobs(dataset).await?;
    ensure!(jobs.len() == 2, "the first version, and the whole update: {jobs:#?}");
    for file in ["train.jsonl", "validation.jsonl"] {
        let copy = w.read(side, &format!("runs/{}/data/{file}", run.run_id)).await?;
        ensure!(copy == new(file).into_bytes(), "{file} of the update isn't what was trained on");
    }
    // No sweep runs this soon: the message that announced the run was redelivered.
    let (after, asked) = (time(whole.launch_after.as_deref())?, asked_at(&jobs)?);
    let late = asked.as_second() - after.as_second();
    ensure!((0..=10).contains(&late), "launched {late} s after its time");
    ensure!(run.launch_after.is_none(), "{run:?}");
    Ok(())
}

/// The previous version is restored file by file, and the rest of an update is invalid. In both cases, old and new
/// files are never trained together.
pub(crate) async fn reverted_update_is_not_trained(w: &Harness) -> Result<()> {
    let back = async {
        let (side, dataset) = (&w.guarded, "update-back");
        let first = first_version(w, dataset).await?;
        w.upload(side, dataset, "train.jsonl", nova(20, "back, new")).await?;
        let mixed = settling(w, dataset, &first).await?;
        w.next_second().await;
        w.upload(side, dataset, "train.jsonl", nova(20, dataset)).await?;
        w.wait_for_messages(side, dataset, "uploaded again", 1).await?;
        left_out(w, side, dataset, &mixed).await
    };
    let broken = async {
        let (side, dataset) = (&w.guarded, "update-broken");
        let first = first_version(w, dataset).await?;
        w.upload(side, dataset, "train.jsonl", nova(20, "broken, new")).await?;
        let mixed = settling(w, dataset, &first).await?;
        w.next_second().await;
        w.upload(side, dataset, "validation.jsonl", "rubbish\n").await?;
        w.report(side, dataset, "Rejected").await?;
        left_out(w, side, dataset, &mixed).await
    };
    tokio::try_join!(back, broken).map(|_| ())
}

/// The run is superseded at the end of its waiting time, and only the first version has a job.
async fn left_out(w: &Harness, side: &DeployedStack, dataset: &str, mixed: &Run) -> Result<()> {
    w.run_is(side, &mixed.run_id, State::Superseded).await?;
    w.settled().await;
    let jobs = w.jobs(dataset).await?;
    ensure!(jobs.len() == 1, "{jobs:#?}");
    Ok(())
}

/// The recipe commits an update: uploaded last, it starts the training at once. Uploading the same recipe again does
/// too.
pub(crate) async fn recipe_uploaded_last_starts_an_update(w: &Harness) -> Result<()> {
    let (side, dataset) = (&w.guarded, "update-recipe");
    let first = first_version(w, dataset).await?;
    // Data, and then a changed recipe, are one version. Data alone waits.
    w.upload(side, dataset, "train.jsonl", nova(20, "recipe, new")).await?;
    let waits = settling(w, dataset, &first).await?;
    w.next_second().await;
    w.upload(side, dataset, "job.yaml", RECIPE).await?;
    let run = w.run_is(side, &waits.run_id, State::Succeeded).await?;
    let asked = asked_at(&w.jobs(dataset).await?)?;
    ensure!(asked < time(waits.launch_after.as_deref())?, "the same recipe, last, didn't start it: {asked}");
    w.next_second().await;
    w.upload(side, dataset, "job.yaml", format!("{RECIPE}hyperparameters: {{ epochCount: 1 }}\n")).await?;
    let other = w
        .until("a run of the changed recipe", async || {
            let head = side.ledger.dataset(dataset).await.ok()??;
            let other = side.ledger.run(&head.latest_run.filter(|latest| *latest != run.run_id)?).await.ok()??;
            (other.state == State::Succeeded).then_some(other)
        })
        .await?;
    let waited = time(other.queued_at.as_deref())?.as_second() - time(Some(&other.uploaded_at))?.as_second();
    ensure!(other.launch_after.is_none() && waited < 15, "it waited: {other:?}");
    ensure!(w.jobs(dataset).await?.len() == 3, "three sets, three jobs");
    Ok(())
}

/// The command line shows that the run waits, and starts it.
pub(crate) async fn approval_starts_a_waiting_update(w: &Harness) -> Result<()> {
    let (side, dataset) = (&w.guarded, "update-now");
    let first = first_version(w, dataset).await?;
    w.upload(side, dataset, "train.jsonl", nova(20, "now, new")).await?;
    let waits = settling(w, dataset, &first).await?;
    let mut shell = Shell::open(w, "update-now")?;
    let shown = shell.good(&format!("show {} --local --stack guarded", waits.run_id))?;
    let approve = format!("tunedrop approve {}", waits.run_id);
    ensure!(shown.contains("Queued and starts after ") && shown.contains(&approve), "{shown}");
    let listed = shell.good(&format!("runs --dataset {dataset} --local --stack guarded"))?;
    ensure!(listed.contains(&format!("{} is accepted and starts after ", waits.run_id)), "{listed}");
    let mut watch = shell.command(&format!("watch {} --local --stack guarded", waits.run_id))?;
    let mut watch = watch.stdout(Stdio::piped()).spawn()?;
    let mut lines = BufReader::new(watch.stdout.take().context("a pipe")?).lines();
    let printed = lines.find(|line| line.as_ref().is_ok_and(|line| line.contains("starts after ")));
    let printed = printed.context("watch doesn't say when it starts")??;
    ensure!(printed.contains(&approve), "{printed}");
    shell.good(&format!("approve {} --local --stack guarded", waits.run_id))?;
    let rest: Vec<String> = lines.collect::<Result<_, _>>()?;
    ensure!(watch.wait()?.success(), "{rest:#?}");
    let run = w.run_is(side, &waits.run_id, State::Succeeded).await?;
    ensure!(run.approved_by.as_deref() == Some("ada") && run.launch_after.is_none(), "{run:?}");
    let asked = asked_at(&w.jobs(dataset).await?)?;
    ensure!(asked < time(waits.launch_after.as_deref())?, "the approval didn't start it: {asked}");
    // The event itself is repeated: there is nothing left to approve.
    w.command(side, Kind::ApproveRun, &run.run_id).await?;
    let (text, code) = shell.run(&format!("approve {} --local --stack guarded", run.run_id))?;
    ensure!(code == Some(1) && text.contains("can be approved"), "{text}");
    Ok(())
}

/// S3 dates a multipart upload by its start. tunedrop counts from its end, so that a message about missing files isn't
/// sent too early.
pub(crate) async fn multipart_upload_counts_from_its_completion(w: &Harness) -> Result<()> {
    let (side, dataset) = (&w.main, "update-in-parts");
    let key = format!("datasets/{dataset}/train.jsonl");
    let upload = w.s3.create_multipart_upload().bucket(side.bucket()).key(&key).send().await?;
    let id = upload.upload_id.context("an upload has an id")?;
    let part = w.s3.upload_part().bucket(side.bucket()).key(&key).upload_id(&id).part_number(1);
    let part = part.body(nova(20, dataset).into_bytes().into()).send().await?;
    tokio::time::sleep(std::time::Duration::from_secs(4)).await;
    let before = Timestamp::now().as_second();
    let part = aws_sdk_s3::types::CompletedPart::builder().part_number(1).set_e_tag(part.e_tag).build();
    let parts = aws_sdk_s3::types::CompletedMultipartUpload::builder().parts(part).build();
    let complete = w.s3.complete_multipart_upload().bucket(side.bucket()).key(&key).upload_id(&id);
    complete.multipart_upload(parts).send().await?;
    let head = w.incomplete(side, dataset).await?;
    let listed = w.s3.head_object().bucket(side.bucket()).key(&key).send().await?;
    let modified = listed.last_modified.context("a time")?.secs();
    ensure!(modified <= before - 3, "the emulator no longer dates it by its beginning");
    let since = time(head.uploaded_at.as_deref())?.as_second();
    ensure!(since >= before - 1, "it counts from {since}, and was complete after {before}");
    w.upload(side, dataset, "job.yaml", "base_model: nova-lite\n").await?;
    w.run_in(side, dataset, State::Succeeded).await?;
    Ok(())
}
