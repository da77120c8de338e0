//! Each message is sent once on each channel, even if its event arrives repeatedly. Subscription filters work.

use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tokio::sync::mpsc::unbounded_channel;
use tunedrop_aws::Ledger;
use tunedrop_local::proxy::{Call, FaultAction, Proxy, Route};
use tunedrop_run::decide::notify::{Channel, Notification, NotificationKey};
use tunedrop_run::event::{Event, Kind};
use tunedrop_run::{MisnamedFile, Run, SCHEMA, State, Timestamp, fingerprint};

use crate::data::nova;
use crate::harness::Harness;
use crate::stack::DeployedStack;

const NOVA: &str = "base_model: nova-lite\n";

/// Puts the event three times one after another and three times at once.
async fn storm(side: &DeployedStack, event: &Event) -> Result<()> {
    let put = || side.bus.put(&side.deployed.name, event);
    for _ in 0..3 {
        put().await?;
    }
    tokio::try_join!(put(), put(), put())?;
    Ok(())
}

/// Returns the event that announces the run's state.
fn event_of(run: &Run) -> Result<Event> {
    Event::state(run, |text| text.to_owned()).context("a state that is announced")
}

/// Delivers six times what the step itself announced: there is one message of that kind, and one mark on each channel.
async fn once(w: &Harness, event: &Event) -> Result<()> {
    let (kind, dataset) = (event.kind().as_str(), event.dataset().context("a dataset")?);
    let count = || w.main.messages(dataset).iter().filter(|message| message.attributes["kind"] == kind).count();
    storm(&w.main, event).await?;
    w.until(&format!("a message of {kind}"), async || (count() > 0).then_some(())).await?;
    w.settled().await;
    let times = count();
    ensure!(times == 1, "{kind} of {dataset} was sent {times} times");
    Ok(())
}

/// Uploads a dataset whose run changes to `state`, and repeats the event that follows.
async fn ends_once(w: &Harness, dataset: &str, recipe: &str, state: State) -> Result<Run> {
    w.upload(&w.main, dataset, "job.yaml", recipe).await?;
    w.upload(&w.main, dataset, "train.jsonl", nova(20, dataset)).await?;
    let run = w.run_in(&w.main, dataset, state).await?;
    once(w, &event_of(&run)?).await?;
    w.main.ledger.run(&run.run_id).await?.context("the run exists")
}

pub(crate) async fn launched_and_stopped_once(w: &Harness) -> Result<()> {
    let run = ends_once(w, "hold-notified", NOVA, State::Running).await?;
    w.command(&w.main, Kind::StopRun, &run.run_id).await?;
    let run = w.run_is(&w.main, &run.run_id, State::Stopped).await?;
    once(w, &event_of(&run)?).await
}

pub(crate) async fn succeeded_once_with_the_whole_message(w: &Harness) -> Result<()> {
    let recipe = "base_model: nova-lite\ntags: { Owner: support }\nnotify: [ada@example.com]\n";
    let run = ends_once(w, "notified-succeeded", recipe, State::Succeeded).await?;
    let messages = w.wait_for_messages(&w.main, "notified-succeeded", "The custom model is ready", 1).await?;
    let (body, of) = (&messages[0].body, |name: &str| messages[0].attributes.get(name).map(String::as_str));
    let report = run.report.as_deref().context("a report")?;
    let key = report.split_once(w.main.bucket()).context("the bucket")?.1.trim_start_matches('/');
    let link =
        format!("https://us-east-1.console.aws.amazon.com/s3/object/{}?region=us-east-1&prefix={key}", w.main.bucket());
    let open = format!("tunedrop report {} --stack {}", run.run_id, w.main.deployed.name);
    for words in [link.as_str(), report, open.as_str()] {
        ensure!(body.contains(words), "no {words:?} in {body}");
    }
    ensure!((of("owner"), of("notify")) == (Some("support"), Some("[\"ada@example.com\"]")), "{messages:#?}");
    ensure!(of("uploader") == run.uploader.as_deref(), "{messages:#?} of {run:?}");
    for mark in ["Succeeded", "bus Succeeded"] {
        ensure!(run.notified.contains_key(mark), "{mark} is not marked: {:?}", run.notified);
    }
    Ok(())
}

pub(crate) async fn failed_once(w: &Harness) -> Result<()> {
    ends_once(w, "fails-notified", NOVA, State::Failed).await.map(drop)
}

pub(crate) async fn refused_once(w: &Harness) -> Result<()> {
    let recipe = "base_model: nova-lite\nguard: { max_tokens: 10 }\n";
    ends_once(w, "notified-refused", recipe, State::Refused).await.map(drop)
}

pub(crate) async fn held_and_superseded_once(w: &Harness) -> Result<()> {
    let recipe = "base_model: nova-lite\nlaunch: manual\n";
    let run = ends_once(w, "notified-held", recipe, State::Held).await?;
    w.next_second().await;
    w.upload(&w.main, "notified-held", "train.jsonl", nova(20, "another")).await?;
    let run = w.run_is(&w.main, &run.run_id, State::Superseded).await?;
    once(w, &event_of(&run)?).await
}

pub(crate) async fn rejected_once(w: &Harness) -> Result<()> {
    w.upload(&w.main, "notified-rejected", "train.jsonl", "rubbish\n").await?;
    w.upload(&w.main, "notified-rejected", "job.yaml", NOVA).await?;
    w.report(&w.main, "notified-rejected", "Rejected").await?;
    let run = w
        .until("the rejected run", async || {
            let head = w.main.ledger.dataset("notified-rejected").await.ok()??;
            w.main.ledger.run(&head.rejected_run?).await.ok()?
        })
        .await?;
    once(w, &event_of(&run)?).await
}

pub(crate) async fn incomplete_once(w: &Harness) -> Result<()> {
    w.upload(&w.main, "notified-incomplete", "job.yaml", NOVA).await?;
    w.incomplete(&w.main, "notified-incomplete").await?;
    let long_ago = Timestamp::from_second(Timestamp::now().as_second() - 660)?;
    w.set_since(&w.main, "dataset#notified-incomplete", long_ago).await?;
    let head = w.main.ledger.dataset("notified-incomplete").await?.context("the head")?;
    once(w, &Event::incomplete(&head).context("an incomplete set")?).await
}

/// A quota that no free slot helps: people are notified once, and only while it blocks the run.
pub(crate) async fn waiting_once(w: &Harness) -> Result<()> {
    let side = &w.paused;
    w.upload(side, "notified-waiting", "job.yaml", NOVA).await?;
    w.upload(side, "notified-waiting", "train.jsonl", nova(20, "waiting")).await?;
    let run = w.run_in(side, "notified-waiting", State::Queued).await?;
    let event = Event::blocked(&run, |text| text.to_owned());
    storm(side, &event).await?;
    w.settled().await;
    ensure!(
        side.messages("notified-waiting").is_empty(),
        "no quota blocks it: {:#?}",
        side.messages("notified-waiting")
    );
    w.set_text(side, &Run::key(&run.run_id), "blocked_reason", "Too many custom models in this account").await?;
    w.set_text(side, &Run::key(&run.run_id), "blocked_by", "quota").await?;
    storm(side, &event).await?;
    let messages = w.wait_for_messages(side, "notified-waiting", "Too many custom models", 1).await?;
    w.settled().await;
    ensure!(side.messages("notified-waiting").len() == 1, "{messages:#?}");
    Ok(())
}

/// A chat topic, `Message Sent` on the bus, and a subscription that filters by an address.
pub(crate) async fn chat_bus_and_filters(w: &Harness) -> Result<()> {
    let side = &w.guarded;
    let chat = w.subscribed(&side.deployed.outputs["ChatTopicArn"], "chat", None).await?;
    let policy = json!({ "$or": [{ "notify": ["ada@example.com"] }, { "notify": [{ "exists": false }] }] });
    let ada = w.subscribed(side.deployed.topic()?, "ada", Some(policy)).await?;
    let bus = w.hears("Message Sent", "bus").await?;
    let recipe = |who: &str| format!("base_model: nova-lite\nlaunch: manual\nnotify: [{who}]\n");
    let (ours, theirs) = (recipe("ada@example.com"), recipe("bob@example.com"));
    for (dataset, recipe) in
        [("for-ada", ours.as_str()), ("for-bob", &theirs), ("for-all", "base_model: nova-lite\nlaunch: manual\n")]
    {
        w.upload(side, dataset, "job.yaml", recipe).await?;
        w.upload(side, dataset, "train.jsonl", nova(20, dataset)).await?;
        let run = w.run_in(side, dataset, State::Held).await?;
        storm(side, &event_of(&run)?).await?;
        w.until("every way's mark", async || {
            let run = side.ledger.run(&run.run_id).await.ok()??;
            ["Held", "chat Held", "bus Held"].iter().all(|mark| run.notified.contains_key(*mark)).then_some(())
        })
        .await?;
    }
    w.settled().await;
    let key = |messages: &[Value], place: &str, name: &str| {
        messages.iter().filter(|message| message.pointer(place).is_some_and(|value| value == name)).count()
    };
    let (chat, ada, bus) = (w.taken(&chat).await?, w.taken(&ada).await?, w.taken(&bus).await?);
    for (dataset, to_ada) in [("for-ada", 1), ("for-bob", 0), ("for-all", 1)] {
        let title = format!("Waiting for approval: {dataset}");
        ensure!(key(&chat, "/content/title", &title) == 1, "{dataset} in the chat: {chat:#?}");
        ensure!(key(&bus, "/detail/subject", &title) == 1, "{dataset} on the bus: {bus:#?}");
        let mails = ada.iter().filter(|message| message["Subject"] == title.as_str()).count();
        ensure!(mails == to_ada, "{dataset}: {mails} messages for ada: {ada:#?}");
    }
    ensure!(chat.iter().all(|one| one["version"] == "1.0" && one["source"] == "custom"), "{chat:#?}");
    Ok(())
}

/// DynamoDB made the claim, but the answer was lost: the SDK's retry finds its own claim.
pub(crate) async fn retried_claim_recognizes_its_own_write(w: &Harness) -> Result<()> {
    for (name, deed) in [("failed", FaultAction::Fail { after: true }), ("reset", FaultAction::Reset { after: true })] {
        let (seen, mut done) = unbounded_channel();
        let decide =
            Arc::new(
                move |call: &Call| {
                    if call.operation == "UpdateItem" && call.attempt == 1 { deed } else { FaultAction::Pass }
                },
            );
        let route =
            Route { emulator: w.endpoint().to_owned(), bedrock: w.bedrock_endpoint().to_owned(), decide, events: seen };
        let proxy = Proxy::start(route).await?;
        let sdk = w.stack.sdk().into_builder().endpoint_url(proxy.endpoint()).build();
        let ledger = Ledger::new(&sdk, w.main.deployed.outputs["TableName"].clone());
        let pk = MisnamedFile::key(&fingerprint(["a claim", name]));
        // Of now: the sweep has people notified of an older one, and its claim would end the one of this test.
        let uploaded_at = Timestamp::now().to_string();
        let open = Some("open".to_owned());
        let note = MisnamedFile { schema: SCHEMA, pk: pk.clone(), uploaded_at, open, ..MisnamedFile::default() };
        ensure!(ledger.create_misnamed(&note).await?, "{pk} was there");
        let notification = Notification { item: pk, key: NotificationKey::Misnamed };
        let claim = async |now, until| ledger.claim_notification(&notification, Channel::Topic, now, until).await;
        ensure!(claim(1000, 1030).await?.is_some(), "{name}: its own claim was taken for another's");
        ensure!(claim(1000, 1030).await?.is_none(), "{name}: another's claim was taken for its own");
        ensure!(claim(1031, 1060).await?.is_some(), "{name}: a claim that ran out is in the way");
        done.close();
        let mut written = 0;
        while done.recv().await.is_some() {
            written += 1;
        }
        // The entry once, the first claim and the third twice each. The second claim fails both times and writes nothing.
        ensure!(written == 5, "{name}: {written} writes took effect");
    }
    Ok(())
}

/// As many answers as an hourly copy of the same files causes in nine days: the run's item stays as large as after one.
pub(crate) async fn repeated_uploads_keep_an_item_small(w: &Harness) -> Result<()> {
    let side = &w.paused;
    w.upload(side, "notified-often", "job.yaml", NOVA).await?;
    w.upload(side, "notified-often", "train.jsonl", nova(20, "often")).await?;
    let run = w.run_in(side, "notified-often", State::Queued).await?;
    let key = Run::key(&run.run_id);
    let mut first = 0;
    for n in 0..200 {
        let time = format!("2030-01-{:02}T{:02}:00:00.000Z", 1 + n / 24, n % 24);
        w.set_text(side, &key, "reuploaded_at", &time).await?;
        let notification = Notification { item: key.clone(), key: NotificationKey::Reupload(time.clone()) };
        for way in [Channel::Topic, Channel::Chat, Channel::Bus] {
            let claim = side.ledger.claim_notification(&notification, way, 1000, 1030).await?;
            let claim = claim.with_context(|| format!("{way:?} of {time} is not claimed"))?;
            side.ledger.mark_notified(&notification, way, &claim, &time).await?.context("the mark is refused")?;
            ensure!(
                side.ledger.claim_notification(&notification, way, 1000, 1030).await?.is_none(),
                "{way:?} is claimed twice"
            );
        }
        let size = format!("{:?}", w.item(side, &key).await?).len();
        first = if n == 0 { size } else { first };
        ensure!(size <= first, "after {n} answers the item has {size} characters, and had {first}");
    }
    Ok(())
}
