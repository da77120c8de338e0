//! Lets the base model count the tokens of sampled records, and remembers them in the stack's ledger.

use anyhow::{Result, bail};
use tunedrop_aws::{Asked, Inference};
use tunedrop_evaluation::{HeldOut, Prompt, Sampler, Speaker, Turn};
use tunedrop_run::evaluation::profile;
use tunedrop_run::{CountedRecord, PriceList, SAMPLED_MIN, Timestamp, TokenRate, base_price};
use tunedrop_validation::Format;

use super::Sourced;
use super::basis::{Basis, Sample};
use crate::catalogue::Rules;
use crate::format::{counted, visible};
use crate::location::Location;
use crate::note;
use crate::read::{Refused, open_typed};
use crate::stack::{StackArgs, explain, run};
use crate::watch::bar;

/// The text of the turns that carry no record. It must not be blank.
const SHORT: &str = ".";
/// The longest line that is sampled, in bytes: the validator reads none that is longer.
const LINE_MAX: usize = 8 << 20;

/// Lets Bedrock count records of a training file. What prevents that is a note, and the estimate goes on without.
pub(super) fn sample(
    file: &Location,
    rules: Rules,
    most: usize,
    list: Option<&PriceList>,
    access: &StackArgs,
) -> Result<Basis> {
    let records = records(file, &rules.training.format, most)?;
    if records.len() < SAMPLED_MIN {
        note(&format!(
            "{}: no sample, because it has {} that can be sent to a model, and at least {SAMPLED_MIN} are needed; records with media or tools can't be sent",
            file.name(),
            counted(records.len() as u64, "record")
        ));
        return Ok(Basis::Characters);
    }
    let model = rules.model.invoked_as();
    let mut counting = Counting::new(model);
    run(counting.all(&records, access))?;
    let now = Timestamp::now().to_string();
    let rate = TokenRate::of(model, &counting.counted, &now);
    if let Some(why) = &counting.stopped {
        let (counted, all) = (counting.counted.len(), records.len());
        let went_on = if rate.is_some() { "" } else { "; estimated without them" };
        note(&format!("{counted} of {all} sampled records were counted: {}{went_on}", visible(why)));
    }
    let Some(rate) = rate else { return Ok(Basis::Characters) };
    if let Err(why) = run(remember(access, &rate)) {
        note(&format!("the sample isn't remembered for later estimates: {}", visible(&format!("{why:#}"))));
    }
    let price = base_price(rules.model, list).map(Sourced::of);
    let Counting { input_tokens, output_tokens, .. } = counting;
    Ok(Basis::Sample(Sample { rate, input_tokens, output_tokens, price }))
}

/// What the stack remembers of a base model. What prevents that is a note.
pub(super) fn learned(access: &StackArgs, model: &str) -> Basis {
    let read = run(async {
        let stack = access.find().await?;
        stack.ledger()?.token_rate(model).await.map_err(explain)
    });
    match read {
        Ok(Some(rate)) => return Basis::Learned(rate),
        Ok(None) => {}
        Err(why) => note(&format!("earlier samples can't be read: {}", visible(&format!("{why:#}")))),
    }
    Basis::Characters
}

async fn remember(access: &StackArgs, rate: &TokenRate) -> Result<()> {
    let stack = access.find().await?;
    match stack.ledger()?.keep_token_rate(rate).await {
        Err(failure) if failure.is_denied() => {
            bail!("you lack the permission dynamodb:PutItem on the item {} of the ledger", TokenRate::key(&rate.model))
        }
        written => written.map_err(explain),
    }
}

/// The records with the smallest hashes: the same every time, whatever their order.
fn records(file: &Location, format: &Format, most: usize) -> Result<Vec<HeldOut>> {
    if matches!(file, Location::Stdin | Location::Given(_)) {
        bail!("--sample reads the data twice; save it to a file first");
    }
    let unreadable = |why: String| anyhow::anyhow!("{} can't be read: {why}", file.name());
    let opened = open_typed(file).map_err(|fault| unreadable(fault.why))?;
    let (mut sampler, mut line, mut is_long) = (Sampler::new(most), Vec::new(), false);
    let read = opened.read(file, &mut |bytes| {
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            is_long |= line.len() + piece.len() > LINE_MAX;
            if !is_long {
                line.extend_from_slice(piece);
            }
            if piece.ends_with(b"\n") {
                if !is_long {
                    sampler.add(format, &line);
                }
                line.clear();
                is_long = false;
            }
        }
        true
    });
    match read {
        Ok(()) => {}
        Err(Refused::Here(fault)) => return Err(unreadable(fault.why)),
        Err(Refused::ForGood(_)) => return Err(unreadable("Bedrock can't read it either".to_owned())),
    }
    if !is_long {
        sampler.add(format, &line);
    }
    Ok(sampler.finish().records.into_values().collect())
}

/// What was counted so far.
struct Counting {
    /// The id to ask by.
    model: String,
    counted: Vec<CountedRecord>,
    input_tokens: u64,
    output_tokens: u64,
    /// Why no more is counted.
    stopped: Option<String>,
}

impl Counting {
    fn new(model: &str) -> Counting {
        Counting { model: model.to_owned(), counted: Vec::new(), input_tokens: 0, output_tokens: 0, stopped: None }
    }

    async fn all(&mut self, records: &[HeldOut], access: &StackArgs) -> Result<()> {
        let connection = access.connect().await?;
        // Not as patient as an evaluation: a person waits, and what was counted before counts.
        let inference = Inference::new(&connection.configs.bedrock);
        let bar = bar();
        // Converse takes only conversations that end with the user, and a record ends with the assistant. So each is sent
        // with one more turn, whose tokens are those of half of two short turns.
        let short = self.tokens(&inference, &connection.region, &conversation(1)).await;
        let longer = self.tokens(&inference, &connection.region, &conversation(3)).await;
        if let (Some(short), Some(longer)) = (short, longer) {
            let added = longer.saturating_sub(short) / 2;
            for (record, number) in records.iter().zip(1..) {
                bar.set_message(format!("Counting tokens: {number} of {}", records.len()));
                let tokens = self.tokens(&inference, &connection.region, &of_record(record)).await;
                if let Some(tokens) = tokens {
                    self.counted.push(counted_record(record, tokens.saturating_sub(added)));
                }
                if self.stopped.is_some() {
                    break;
                }
            }
        }
        bar.finish_and_clear();
        Ok(())
    }

    /// The tokens of a conversation; `None` if the model can't be asked this one, or any.
    async fn tokens(&mut self, inference: &Inference, region: &str, prompt: &Prompt) -> Option<u64> {
        if self.stopped.is_some() {
            return None;
        }
        loop {
            match inference.converse(&self.model, prompt, 1).await {
                Ok(Asked::Answered { answer, .. }) => {
                    self.input_tokens += answer.tokens_in.unwrap_or_default();
                    self.output_tokens += answer.tokens_out.unwrap_or_default();
                    return answer.tokens_in;
                }
                Ok(Asked::Unanswered(_)) => return None,
                Ok(Asked::WantsProfile) => match profile(&self.model, region) {
                    Some(profile) => self.model = profile,
                    None => self.stopped = Some(format!("{} has no inference profile in {region}", self.model)),
                },
                Ok(Asked::NoModel(words)) => self.stopped = Some(refused(&self.model, &words)),
                Err(failure) => self.stopped = Some(format!("{:#}", explain(failure))),
            }
            if self.stopped.is_some() {
                return None;
            }
        }
    }
}

/// Why a model can't be asked, by Bedrock's words.
fn refused(model: &str, words: &str) -> String {
    let has = |part: &str| words.to_lowercase().contains(part);
    if has("on-demand throughput") {
        return format!("{model} can't be asked on demand (Bedrock: {words})");
    }
    if has("not authorized") || has("access") {
        return format!(
            "you lack the permission bedrock:InvokeModel on {model}, or the account has no access to it (Bedrock: {words})"
        );
    }
    format!("{model} can't be asked (Bedrock: {words})")
}

/// So many short turns.
fn conversation(turns: usize) -> Prompt {
    let speakers = [Speaker::User, Speaker::Assistant].into_iter().cycle();
    let turns = speakers.take(turns).map(|speaker| Turn { speaker, texts: vec![SHORT.to_owned()] }).collect();
    Prompt { system: Vec::new(), turns }
}

/// The whole record, its answer included, and a short turn of the user.
fn of_record(record: &HeldOut) -> Prompt {
    let mut prompt = record.prompt.clone();
    prompt.turns.push(Turn { speaker: Speaker::Assistant, texts: vec![record.reference.clone()] });
    prompt.turns.push(Turn { speaker: Speaker::User, texts: vec![SHORT.to_owned()] });
    prompt
}

fn counted_record(record: &HeldOut, tokens: u64) -> CountedRecord {
    let turns = record.prompt.turns.iter().flat_map(|turn| &turn.texts);
    let texts = record.prompt.system.iter().chain(turns).chain([&record.reference]);
    let (mut characters, mut beyond_ascii) = (0, 0);
    for c in texts.flat_map(|text| text.chars()) {
        characters += 1;
        beyond_ascii += u64::from(!c.is_ascii());
    }
    CountedRecord { characters, beyond_ascii, tokens }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn record_is_sent_whole_and_ends_with_the_user() {
        let mut sampler = Sampler::new(1);
        sampler.add(&Format::PromptCompletion, "{\"prompt\": \"Hé\", \"completion\": \"you\"}".as_bytes());
        let records: Vec<HeldOut> = sampler.finish().records.into_values().collect();
        let prompt = of_record(&records[0]);
        let turns: Vec<(Speaker, &str)> =
            prompt.turns.iter().map(|turn| (turn.speaker, turn.texts[0].as_str())).collect();
        assert_eq!(turns, [(Speaker::User, "Hé"), (Speaker::Assistant, "you"), (Speaker::User, SHORT)]);
        let counted = counted_record(&records[0], 7);
        assert_eq!(counted, CountedRecord { characters: 5, beyond_ascii: 1, tokens: 7 });
        assert_eq!(conversation(3).turns.len(), 3);
    }

    #[test]
    fn refusals_name_what_to_do() {
        for (words, part) in [
            (
                "User: x is not authorized to perform: bedrock:InvokeModel on resource: y",
                "permission bedrock:InvokeModel on m",
            ),
            ("You don't have access to the model with the specified model ID.", "permission bedrock:InvokeModel on m"),
            ("Invocation of model ID m with on-demand throughput isn't supported.", "can't be asked on demand"),
            ("The provided model identifier is invalid.", "m can't be asked (Bedrock: The provided"),
        ] {
            assert!(refused("m", words).contains(part), "{words}");
        }
    }
}
