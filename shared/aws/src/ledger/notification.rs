//! Claims on messages, and marks of the messages that were sent.
//!
//! A claim returns the item that it was made on, so that a message says what the ledger says: `UpdateItem` with
//! `ReturnValues: ALL_NEW` needs no permission to read.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};
use tunedrop_run::decide::notify::{Channel, Notification, NotificationKey};
use tunedrop_run::event::DeploymentKind;
use tunedrop_run::{MISNAMED_KEPT_S, State};

use super::open::OPEN;
use super::{KEY_MAX, Ledger, Open, expires, lost};
use crate::Failure;

/// A claim on a message: the caller may send it.
#[derive(Debug, Clone)]
pub struct Claim {
    /// The item with the claim.
    pub item: Open,
    /// The claim's attribute, and its unique value.
    name: String,
    until: String,
}

impl Ledger {
    /// Claims a message on one channel, from `now_s` to `until_s` (Unix seconds). `None` if the item isn't as `notification`
    /// says, the message was sent, or another delivery of the same event is sending it.
    pub async fn claim_notification(
        &self,
        notification: &Notification,
        channel: Channel,
        now_s: i64,
        until_s: i64,
    ) -> Result<Option<Claim>, Failure> {
        if notification.item.len() > KEY_MAX {
            return Ok(None);
        }
        // The fraction is unique to this call: if the answer is lost, the SDK's retry finds its own claim.
        static CLAIMS: AtomicU32 = AtomicU32::new(0);
        let nanos = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().subsec_nanos();
        let count = CLAIMS.fetch_add(1, Ordering::Relaxed) % 1000;
        let until = format!("{until_s}.{nanos:09}{:07}{count:03}1", std::process::id());
        let name = format!("claim {}", notification.key.mark(channel));
        let (request, is_so) = is_so(self.update(&notification.item), &notification.key);
        let (request, not_notified) = not_notified(request, &notification.key, channel);
        let free = "(attribute_not_exists(#claim) OR #claim <= :now OR #claim = :until)";
        let request = request
            .update_expression("SET #claim = :until")
            .condition_expression(format!("attribute_exists(pk) AND {is_so} AND {not_notified} AND {free}"))
            .expression_attribute_names("#claim", &name)
            .expression_attribute_values(":now", AttributeValue::N(now_s.to_string()))
            .expression_attribute_values(":until", AttributeValue::N(until.clone()));
        Ok(updated(request, &notification.item).await?.map(|item| Claim { item, name, until }))
    }

    /// Marks the message as sent on one channel, ends the claim, and returns the item. `None` if the claim is over, or the run
    /// started again in the meantime, with new marks and claims.
    pub async fn mark_notified(
        &self,
        notification: &Notification,
        channel: Channel,
        claim: &Claim,
        now: &str,
    ) -> Result<Option<Open>, Failure> {
        let value = notification.key.time().unwrap_or(now);
        let request = self
            .claimed(&notification.item, claim)
            .update_expression("SET notified.#what = :value REMOVE #claim")
            .expression_attribute_names("#what", notification.key.mark(channel))
            .expression_attribute_values(":value", AttributeValue::S(value.to_owned()));
        updated(request, &notification.item).await
    }

    /// Ends a claim without a message.
    pub async fn release(&self, notification: &Notification, claim: &Claim) -> Result<(), Failure> {
        updated(self.claimed(&notification.item, claim).update_expression("REMOVE #claim"), &notification.item)
            .await
            .map(drop)
    }

    /// Reads the item, if it is open, with an update that writes nothing, because notify has no permission to read.
    pub async fn read_open(&self, item: &str) -> Result<Option<Open>, Failure> {
        if item.len() > KEY_MAX {
            return Ok(None);
        }
        let request =
            self.update(item).update_expression("REMOVE #nothing").expression_attribute_names("#nothing", "nothing");
        let request = request.condition_expression("attribute_exists(#open)").expression_attribute_names("#open", OPEN);
        updated(request, item).await
    }

    /// Removes an item from the sparse index, if it is still as `was` says. Marks may have been added since.
    pub async fn close(&self, item: &str, was: &Open) -> Result<(), Failure> {
        let (attribute, value) = match was {
            Open::Run(run) => ("revision", AttributeValue::N(run.revision.to_string())),
            Open::Dataset(set) => ("uploaded_at", AttributeValue::S(set.uploaded_at.clone().unwrap_or_default())),
            Open::Misnamed(note) => ("uploaded_at", AttributeValue::S(note.uploaded_at.clone())),
            Open::Deployment(deployment) => ("revision", AttributeValue::N(deployment.revision.to_string())),
            Open::Evaluation(evaluation) => ("revision", AttributeValue::N(evaluation.revision.to_string())),
            Open::Model(notice) => ("revision", AttributeValue::N(notice.revision.to_string())),
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

    /// Increments the count of the entry with this key, and creates it if needed. It is kept as long as the entries of
    /// misnamed files. Returns the new count.
    pub async fn count_misnamed(&self, item: &str, now: &str) -> Result<u64, Failure> {
        let text = |text: &str| AttributeValue::S(text.to_owned());
        let request = self
            .update(item)
            .update_expression(
                "SET #kind = :note, #uploaded_at = if_not_exists(#uploaded_at, :now), #expires = if_not_exists(#expires, :expires) \
                 ADD #count :one",
            )
            .expression_attribute_names("#expires", "expires_at")
            .expression_attribute_values(":expires", expires(MISNAMED_KEPT_S))
            .expression_attribute_names("#kind", "kind")
            .expression_attribute_names("#uploaded_at", "uploaded_at")
            .expression_attribute_names("#count", "count")
            .expression_attribute_values(":note", text("misnamed"))
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

/// The condition that the item is as the notification says.
fn is_so(request: UpdateItemFluentBuilder, key: &NotificationKey) -> (UpdateItemFluentBuilder, &'static str) {
    let (name, value) = match key {
        NotificationKey::State(state) => ("state", state.as_str()),
        NotificationKey::Blocked | NotificationKey::Settling => ("state", State::Queued.as_str()),
        NotificationKey::Idle => ("state", State::Running.as_str()),
        NotificationKey::Reupload(time) => ("reuploaded_at", time.as_str()),
        NotificationKey::Incomplete(time) => ("uploaded_at", time.as_str()),
        NotificationKey::Misnamed => ("kind", "misnamed"),
        NotificationKey::Deployment(DeploymentKind::Expiring, end) => ("ends_at", end.as_str()),
        NotificationKey::Deployment(_, at) | NotificationKey::Evaluation(_, at) | NotificationKey::Model(_, at) => {
            ("outcome_at", at.as_str())
        }
    };
    let request = request.expression_attribute_names("#is", name);
    let request = request.expression_attribute_values(":so", AttributeValue::S(value.to_owned()));
    match key {
        // A misnamed file that a common message covers is not open.
        NotificationKey::Misnamed => {
            (request.expression_attribute_names("#open", OPEN), "#is = :so AND attribute_exists(#open)")
        }
        NotificationKey::Blocked | NotificationKey::Idle | NotificationKey::Settling => {
            let what = if matches!(key, NotificationKey::Settling) { "launch_after" } else { "blocked_reason" };
            let request = request.expression_attribute_names("#waiting", what);
            (request, "#is = :so AND attribute_exists(#waiting)")
        }
        _ => (request, "#is = :so"),
    }
}

/// The condition that nobody was notified of it on this channel.
fn not_notified(
    request: UpdateItemFluentBuilder,
    key: &NotificationKey,
    channel: Channel,
) -> (UpdateItemFluentBuilder, &'static str) {
    let request = request.expression_attribute_names("#what", key.mark(channel));
    match key.time() {
        None => (request, "attribute_not_exists(notified.#what)"),
        Some(time) => {
            let request = request.expression_attribute_values(":time", AttributeValue::S(time.to_owned()));
            (request, "(attribute_not_exists(notified.#what) OR notified.#what < :time)")
        }
    }
}

/// The item after a conditional update; `None` if the condition failed.
async fn updated(request: UpdateItemFluentBuilder, item: &str) -> Result<Option<Open>, Failure> {
    let call = || format!("dynamodb:UpdateItem {item}");
    match request.send().await {
        Ok(answer) => Open::from_item(answer.attributes.unwrap_or_default(), &call()).map(Some),
        Err(error) if lost(aws_sdk_dynamodb::error::ProvideErrorMetadata::code(&error)) => Ok(None),
        Err(error) => Err(Failure::new(call(), &error)),
    }
}
