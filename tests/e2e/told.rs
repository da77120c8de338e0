//! Each message arrives once on each way, however often its event does; and filters narrow who is told.

use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tokio::sync::mpsc::unbounded_channel;
use tunedrop_aws::Ledger;
use tunedrop_local::proxy::{Call, Deed, Proxy, Route};
use tunedrop_run::decide::tell::{About, Telling, Way};
use tunedrop_run::event::{Event, Kind};
use tunedrop_run::{Note, Run, SCHEMA, State, Timestamp, fingerprint};

use crate::data::nova;
use crate::side::Side;
use crate::world::World;

const NOVA: &str = "base_model: nova-lite\n";

/// Puts the event three times one after another and three times at once.
async fn storm(side: &Side, event: &Event) -> Result<()> {
    let put = || side.bus.put(&side.deployed.name, event);
    for _ in 0..3 {
        put().await?;
    }
    tokio::try_join!(put(), put(), put())?;
    Ok(())
}

/// What announces the run's state.
fn event_of(run: &Run) -> Result<Event> {
    Event::state(run, |text| text.to_owned()).context("a state that is announced")
}

/// Six deliveries of what the step itself announced: one message of that kind, and one mark on each way.
async fn once(w: &World, event: &Event) -> Result<()> {
    let (kind, dataset) = (event.kind().as_str(), event.dataset().context("a dataset")?);
    let count = || w.main.messages(dataset).iter().filter(|told| told.attributes["kind"] == kind).count();
    storm(&w.main, event).await?;
    w.until(&format!("a message of {kind}"), async || (count() > 0).then_some(())).await?;
    w.settled().await;
    let told = count();
    ensure!(told == 1, "{kind} of {dataset} was told {told} times");
    Ok(())
}

/// Drops a set whose run comes to `state`, and repeats the event that follows from it.
async fn ends_once(w: &World, dataset: &str, recipe: &str, state: State) -> Result<Run> {
    w.drop(&w.main, dataset, "job.yaml", recipe).await?;
    w.drop(&w.main, dataset, "train.jsonl", nova(20, dataset)).await?;
    let run = w.run_in(&w.main, dataset, state).await?;
    once(w, &event_of(&run)?).await?;
    w.main.ledger.run(&run.run_id).await?.context("the run is there")
}

pub(crate) async fn launched_and_stopped_once(w: &World) -> Result<()> {
    let run = ends_once(w, "hold-told", NOVA, State::Running).await?;
    w.command(&w.main, Kind::StopRun, &run.run_id).await?;
    let run = w.run_is(&w.main, &run.run_id, State::Stopped).await?;
    once(w, &event_of(&run)?).await
}

pub(crate) async fn succeeded_once_with_the_end_of_the_message(w: &World) -> Result<()> {
    let recipe = "base_model: nova-lite\ntags: { Owner: support }\nnotify: [ada@example.com]\n";
    let run = ends_once(w, "told-succeeded", recipe, State::Succeeded).await?;
    let told = w.told(&w.main, "told-succeeded", "the custom model is ready", 1).await?;
    let (body, of) = (&told[0].body, |name: &str| told[0].attributes.get(name).map(String::as_str));
    let report = run.report.as_deref().context("a report")?;
    let key = report.split_once(w.main.bucket()).context("the bucket")?.1.trim_start_matches('/');
    let link =
        format!("https://us-east-1.console.aws.amazon.com/s3/object/{}?region=us-east-1&prefix={key}", w.main.bucket());
    let open = format!("tunedrop report {} --stack {}", run.run_id, w.main.deployed.name);
    for words in [link.as_str(), report, open.as_str()] {
        ensure!(body.contains(words), "no {words:?} in {body}");
    }
    ensure!((of("owner"), of("notify")) == (Some("support"), Some("[\"ada@example.com\"]")), "{told:#?}");
    ensure!(of("dropped_by") == run.dropped_by.as_deref(), "{told:#?} of {run:?}");
    for mark in ["Succeeded", "bus Succeeded"] {
        ensure!(run.told.contains_key(mark), "{mark} is not marked: {:?}", run.told);
    }
    Ok(())
}

pub(crate) async fn failed_once(w: &World) -> Result<()> {
    ends_once(w, "fails-told", NOVA, State::Failed).await.map(drop)
}

pub(crate) async fn refused_once(w: &World) -> Result<()> {
    let recipe = "base_model: nova-lite\nguard: { max_tokens: 10 }\n";
    ends_once(w, "told-refused", recipe, State::Refused).await.map(drop)
}

pub(crate) async fn held_and_superseded_once(w: &World) -> Result<()> {
    let recipe = "base_model: nova-lite\nlaunch: manual\n";
    let run = ends_once(w, "told-held", recipe, State::Held).await?;
    w.next_second().await;
    w.drop(&w.main, "told-held", "train.jsonl", nova(20, "told another")).await?;
    let run = w.run_is(&w.main, &run.run_id, State::Superseded).await?;
    once(w, &event_of(&run)?).await
}

pub(crate) async fn rejected_once(w: &World) -> Result<()> {
    w.drop(&w.main, "told-rejected", "train.jsonl", "rubbish\n").await?;
    w.drop(&w.main, "told-rejected", "job.yaml", NOVA).await?;
    w.report(&w.main, "told-rejected", "Rejected").await?;
    let run = w
        .until("the rejected run", async || {
            let head = w.main.ledger.head("told-rejected").await.ok()??;
            w.main.ledger.run(&head.rejected?).await.ok()?
        })
        .await?;
    once(w, &event_of(&run)?).await
}

pub(crate) async fn incomplete_once(w: &World) -> Result<()> {
    w.drop(&w.main, "told-incomplete", "job.yaml", NOVA).await?;
    w.incomplete(&w.main, "told-incomplete").await?;
    let long_ago = Timestamp::from_second(Timestamp::now().as_second() - 660)?;
    w.set_since(&w.main, "set#told-incomplete", long_ago).await?;
    let head = w.main.ledger.head("told-incomplete").await?.context("the head")?;
    once(w, &Event::incomplete(&head).context("an incomplete set")?).await
}

/// A quota that no free slot cures: once, and only while it holds the run.
pub(crate) async fn waiting_once(w: &World) -> Result<()> {
    let side = &w.paused;
    w.drop(side, "told-waiting", "job.yaml", NOVA).await?;
    w.drop(side, "told-waiting", "train.jsonl", nova(20, "waiting")).await?;
    let run = w.run_in(side, "told-waiting", State::Queued).await?;
    let event = Event::waiting(&run, |text| text.to_owned());
    storm(side, &event).await?;
    w.settled().await;
    ensure!(side.messages("told-waiting").is_empty(), "no quota holds it: {:#?}", side.messages("told-waiting"));
    w.set_text(side, &Run::key(&run.run_id), "waiting", "Too many custom models in this account").await?;
    w.set_text(side, &Run::key(&run.run_id), "held_by", "quota").await?;
    storm(side, &event).await?;
    let told = w.told(side, "told-waiting", "Too many custom models", 1).await?;
    w.settled().await;
    ensure!(side.messages("told-waiting").len() == 1, "{told:#?}");
    Ok(())
}

/// A chat topic, `Message Sent` on the bus, and a subscription that only takes what names one address.
pub(crate) async fn chat_bus_and_filters(w: &World) -> Result<()> {
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
        w.drop(side, dataset, "job.yaml", recipe).await?;
        w.drop(side, dataset, "train.jsonl", nova(20, dataset)).await?;
        let run = w.run_in(side, dataset, State::Held).await?;
        storm(side, &event_of(&run)?).await?;
        w.until("every way's mark", async || {
            let run = side.ledger.run(&run.run_id).await.ok()??;
            ["Held", "chat Held", "bus Held"].iter().all(|mark| run.told.contains_key(*mark)).then_some(())
        })
        .await?;
    }
    w.settled().await;
    let about = |messages: &[Value], place: &str, name: &str| {
        messages.iter().filter(|message| message.pointer(place).is_some_and(|value| value == name)).count()
    };
    let (chat, ada, bus) = (w.taken(&chat).await?, w.taken(&ada).await?, w.taken(&bus).await?);
    for (dataset, to_ada) in [("for-ada", 1), ("for-bob", 0), ("for-all", 1)] {
        let title = format!("{dataset}: waits for approval");
        ensure!(about(&chat, "/content/title", &title) == 1, "{dataset} in the chat: {chat:#?}");
        ensure!(about(&bus, "/detail/subject", &title) == 1, "{dataset} on the bus: {bus:#?}");
        let mails = ada.iter().filter(|message| message["Subject"] == title.as_str()).count();
        ensure!(mails == to_ada, "{dataset}: {mails} messages for ada: {ada:#?}");
    }
    ensure!(chat.iter().all(|one| one["version"] == "1.0" && one["source"] == "custom"), "{chat:#?}");
    Ok(())
}

/// DynamoDB carried it out, and its answer was lost: the SDK asks again, and meets the claim that is its own.
pub(crate) async fn a_claim_is_known_by_whose_it_is(w: &World) -> Result<()> {
    for (name, deed) in [("failed", Deed::Fail { after: true }), ("reset", Deed::Reset { after: true })] {
        let (seen, mut done) = unbounded_channel();
        let decide = Arc::new(
            move |call: &Call| {
                if call.operation == "UpdateItem" && call.attempt == 1 { deed } else { Deed::Pass }
            },
        );
        let route = Route { emulator: w.endpoint().to_owned(), bedrock: w.bedrock_endpoint().to_owned(), decide, seen };
        let proxy = Proxy::start(route).await?;
        let sdk = w.stack.sdk().into_builder().endpoint_url(proxy.endpoint()).build();
        let ledger = Ledger::new(&sdk, w.main.deployed.outputs["TableName"].clone());
        let pk = Note::key(&fingerprint(["a claim", name]));
        let since = "2026-01-02T03:04:05Z".to_owned();
        let open = Some("open".to_owned());
        let note = Note { schema: SCHEMA, pk: pk.clone(), since, open, ..Note::default() };
        ensure!(ledger.create_note(&note).await?, "{pk} was there");
        let telling = Telling { item: pk, about: About::Misnamed };
        let claim = async |now, until| ledger.claim_telling(&telling, Way::Topic, now, until).await;
        ensure!(claim(1000, 1030).await?.is_some(), "{name}: its own claim was taken for another's");
        ensure!(claim(1000, 1030).await?.is_none(), "{name}: another's claim was taken for its own");
        ensure!(claim(1031, 1060).await?.is_some(), "{name}: a claim that ran out is in the way");
        done.close();
        let mut written = 0;
        while done.recv().await.is_some() {
            written += 1;
        }
        // The note; the first claim and the third, each twice; and none of the second, which is refused both times.
        ensure!(written == 5, "{name}: {written} writes took effect");
    }
    Ok(())
}

/// As many answers as an hourly copy of the same files makes in nine days: the run's item stays as large as after one.
pub(crate) async fn answers_leave_an_items_size_bounded(w: &World) -> Result<()> {
    let side = &w.paused;
    w.drop(side, "told-often", "job.yaml", NOVA).await?;
    w.drop(side, "told-often", "train.jsonl", nova(20, "told often")).await?;
    let run = w.run_in(side, "told-often", State::Queued).await?;
    let key = Run::key(&run.run_id);
    let mut first = 0;
    for n in 0..200 {
        let time = format!("2030-01-{:02}T{:02}:00:00.000Z", 1 + n / 24, n % 24);
        w.set_text(side, &key, "redropped_at", &time).await?;
        let telling = Telling { item: key.clone(), about: About::Again(time.clone()) };
        for way in [Way::Topic, Way::Chat, Way::Bus] {
            let claim = side.ledger.claim_telling(&telling, way, 1000, 1030).await?;
            let claim = claim.with_context(|| format!("{way:?} of {time} is not claimed"))?;
            side.ledger.mark_told(&telling, way, &claim, &time).await?.context("the mark is refused")?;
            ensure!(side.ledger.claim_telling(&telling, way, 1000, 1030).await?.is_none(), "{way:?} is claimed twice");
        }
        let size = format!("{:?}", w.item(side, &key).await?).len();
        first = if n == 0 { size } else { first };
        ensure!(size <= first, "after {n} answers the item has {size} characters, and had {first}");
    }
    // Marks of earlier versions count as well.
    let time = "2031-01-01T00:00:00.000Z";
    w.set_text(side, &key, "redropped_at", time).await?;
    let telling = Telling { item: key.clone(), about: About::Again(time.to_owned()) };
    for way in [Way::Topic, Way::Chat, Way::Bus] {
        w.mark(side, &key, &telling.about.earlier_mark(way).context("answers had such marks")?).await?;
        ensure!(side.ledger.claim_telling(&telling, way, 1000, 1030).await?.is_none(), "{way:?} is sent again");
    }
    Ok(())
}
