//! Who is notifying of what, and of what people were notified.
//!
//! A claim hands back the item that it was made on, so that a message says what the ledger says: `UpdateItem` with
//! `ReturnValues: ALL_NEW` needs no permission to read.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};
use tunedrop_run::decide::tell::{About, Telling, Way};
use tunedrop_run::{NOTE_KEPT_S, State};

use super::open::OPEN;
use super::{KEY_MAX, Ledger, Open, expires, lost};
use crate::Failure;

/// A claim on a message, which the caller may now send.
#[derive(Debug, Clone)]
pub struct Claim {
    /// The item as it is with the claim.
    pub item: Open,
    /// The claim's attribute, and its value, which no other claim has.
    name: String,
    until: String,
}

impl Ledger {
    /// Claims a message on one way, from `now_s` to `until_s` (Unix seconds). `None` where the item isn't as `telling`
    /// says, people were notified, or another delivery of the same event is notifying them.
    pub async fn claim_telling(
        &self,
        telling: &Telling,
        way: Way,
        now_s: i64,
        until_s: i64,
    ) -> Result<Option<Claim>, Failure> {
        if telling.item.len() > KEY_MAX {
            return Ok(None);
        }
        // The fraction is this call's own: where its answer is lost, the SDK asks once more and finds its own claim.
        static CLAIMS: AtomicU32 = AtomicU32::new(0);
        let nanos = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().subsec_nanos();
        let count = CLAIMS.fetch_add(1, Ordering::Relaxed) % 1000;
        let until = format!("{until_s}.{nanos:09}{:07}{count:03}1", std::process::id());
        let name = format!("telling {}", telling.about.mark(way));
        let (request, is_so) = is_so(self.update(&telling.item), &telling.about);
        let (request, untold) = untold(request, &telling.about, way);
        let free = "(attribute_not_exists(#claim) OR #claim <= :now OR #claim = :until)";
        let request = request
            .update_expression("SET #claim = :until")
            .condition_expression(format!("attribute_exists(pk) AND {is_so} AND {untold} AND {free}"))
            .expression_attribute_names("#claim", &name)
            .expression_attribute_values(":now", AttributeValue::N(now_s.to_string()))
            .expression_attribute_values(":until", AttributeValue::N(until.clone()));
        Ok(updated(request, &telling.item).await?.map(|item| Claim { item, name, until }))
    }

    /// Marks that people were notified on one way, and ends the claim; the item after that. `None` where the claim is over,
    /// or the run began again since, whose marks and claims are its own.
    pub async fn mark_told(
        &self,
        telling: &Telling,
        way: Way,
        claim: &Claim,
        now: &str,
    ) -> Result<Option<Open>, Failure> {
        let value = telling.about.time().unwrap_or(now);
        let request = self
            .claimed(&telling.item, claim)
            .update_expression("SET told.#what = :value REMOVE #claim")
            .expression_attribute_names("#what", telling.about.mark(way))
            .expression_attribute_values(":value", AttributeValue::S(value.to_owned()));
        updated(request, &telling.item).await
    }

    /// Ends a claim under which nothing was sent.
    pub async fn release(&self, telling: &Telling, claim: &Claim) -> Result<(), Failure> {
        updated(self.claimed(&telling.item, claim).update_expression("REMOVE #claim"), &telling.item).await.map(drop)
    }

    /// The item, if it is open. It writes nothing: who may write items need not be allowed to read them.
    pub async fn look_at_open(&self, item: &str) -> Result<Option<Open>, Failure> {
        if item.len() > KEY_MAX {
            return Ok(None);
        }
        let request =
            self.update(item).update_expression("REMOVE #nothing").expression_attribute_names("#nothing", "nothing");
        let request = request.condition_expression("attribute_exists(#open)").expression_attribute_names("#open", OPEN);
        updated(request, item).await
    }

    /// Takes an item out of the sparse index, if what `was` says of it is still so; marks may have come since.
    pub async fn close(&self, item: &str, was: &Open) -> Result<(), Failure> {
        let (attribute, value) = match was {
            Open::Run(run) => ("revision", AttributeValue::N(run.revision.to_string())),
            Open::Set(set) => ("since", AttributeValue::S(set.since.clone().unwrap_or_default())),
            Open::Note(note) => ("since", AttributeValue::S(note.since.clone())),
            Open::Unreadable(_) => return Ok(()),
        };
        let request = self
            .update(item)
            .update_expression("REMOVE #open")
            .condition_expression("#is = :so")
            .expression_attribute_names("#open", OPEN)
            .expression_attribute_names("#is", attribute)
            .expression_attribute_values(":so", value);
        updated(request, item).await.map(drop)
    }

    /// Counts one more in a note of this key, which is made where it isn't there, and kept as long as others; the count with
    /// this one.
    pub async fn count_note(&self, item: &str, now: &str) -> Result<u64, Failure> {
        let text = |text: &str| AttributeValue::S(text.to_owned());
        let request = self
            .update(item)
            .update_expression(
                "SET #kind = :note, #since = if_not_exists(#since, :now), #expires = if_not_exists(#expires, :expires) \
                 ADD #count :one",
            )
            .expression_attribute_names("#expires", "expires_at")
            .expression_attribute_values(":expires", expires(NOTE_KEPT_S))
            .expression_attribute_names("#kind", "kind")
            .expression_attribute_names("#since", "since")
            .expression_attribute_names("#count", "count")
            .expression_attribute_values(":note", text("note"))
            .expression_attribute_values(":now", text(now))
            .expression_attribute_values(":one", AttributeValue::N("1".to_owned()));
        let answer = request.send().await;
        let answer = answer.map_err(|error| Failure::new(format!("dynamodb:UpdateItem {item}"), &error))?;
        let count = answer.attributes.and_then(|item| item.get("count")?.as_n().ok()?.parse().ok());
        Ok(count.unwrap_or_default())
    }

    fn update(&self, item: &str) -> UpdateItemFluentBuilder {
        let request = self.client.update_item().table_name(&self.table).key("pk", AttributeValue::S(item.to_owned()));
        request.return_values(ReturnValue::AllNew)
    }

    fn claimed(&self, item: &str, claim: &Claim) -> UpdateItemFluentBuilder {
        self.update(item)
            .condition_expression("#claim = :until")
            .expression_attribute_names("#claim", &claim.name)
            .expression_attribute_values(":until", AttributeValue::N(claim.until.clone()))
    }
}

/// What must be true of the item, as a condition.
fn is_so(request: UpdateItemFluentBuilder, about: &About) -> (UpdateItemFluentBuilder, &'static str) {
    let (name, value) = match about {
        About::State(state) => ("state", state.as_str()),
        About::Waiting | About::Settling => ("state", State::Queued.as_str()),
        About::Again(time) => ("redropped_at", time.as_str()),
        About::Incomplete(time) => ("since", time.as_str()),
        About::Misnamed => ("kind", "note"),
    };
    let request = request.expression_attribute_names("#is", name);
    let request = request.expression_attribute_values(":so", AttributeValue::S(value.to_owned()));
    match about {
        // A misnamed file that is folded into another message is not open.
        About::Misnamed => (request.expression_attribute_names("#open", OPEN), "#is = :so AND attribute_exists(#open)"),
        About::Waiting | About::Settling => {
            let what = if matches!(about, About::Waiting) { "waiting" } else { "launch_after" };
            let request = request.expression_attribute_names("#waiting", what);
            (request, "#is = :so AND attribute_exists(#waiting)")
        }
        _ => (request, "#is = :so"),
    }
}

/// That nobody was notified of it on this way, as a condition.
fn untold(request: UpdateItemFluentBuilder, about: &About, way: Way) -> (UpdateItemFluentBuilder, &'static str) {
    let request = request.expression_attribute_names("#what", about.mark(way));
    let (Some(time), Some(earlier)) = (about.time(), about.earlier_mark(way)) else {
        return (request, "attribute_not_exists(told.#what)");
    };
    let request = request.expression_attribute_names("#earlier", earlier);
    let request = request.expression_attribute_values(":time", AttributeValue::S(time.to_owned()));
    let untold = "(attribute_not_exists(told.#what) OR told.#what < :time) AND attribute_not_exists(told.#earlier)";
    (request, untold)
}

/// The item after a conditional update; `None` where the condition doesn't hold.
async fn updated(request: UpdateItemFluentBuilder, item: &str) -> Result<Option<Open>, Failure> {
    let call = || format!("dynamodb:UpdateItem {item}");
    match request.send().await {
        Ok(answer) => Open::from_item(answer.attributes.unwrap_or_default(), &call()).map(Some),
        Err(error) if lost(aws_sdk_dynamodb::error::ProvideErrorMetadata::code(&error)) => Ok(None),
        Err(error) => Err(Failure::new(call(), &error)),
    }
}
