//! `tunedrop try`: asks a deployed model.

use std::io::{IsTerminal, Read};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use clap::Args;
use tunedrop_aws::{Answer, AnswerPart, Inference, Question, wants_profile};
use tunedrop_run::Deployment;
use tunedrop_run::evaluation::{invocable, profile};

use crate::deployments;
use crate::format::{BOLD, counted, visible};
use crate::stack::{Stack, StackArgs, block_on, explain};
use crate::{note, print};

/// How long a model may pause.
pub(crate) const PAUSE_MAX: Duration = Duration::from_secs(120);

/// Ask a deployed model
///
/// Asks the deployment that serves the run, and prints the answer while it arrives. With --against base, the base model
/// answers as well, after it. Tokens and times are on standard error. Bedrock bills the tokens.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  tunedrop try support-bot \"Where is order 17?\"
  tunedrop try support-bot \"Where is order 17?\" --against base
  tunedrop try support-bot-3fa9 --system \"Be brief.\" < prompt.txt

Exit codes:
  0: answered
  2: no such run, no deployment serves it, a usage error, or a failed service
  130: Ctrl-C")]
pub(crate) struct TryArgs {
    /// A deployment's name; or a run that a deployment serves
    #[arg(value_name = "NAME|RUN")]
    target: String,
    /// The prompt [default: standard input]
    prompt: Option<String>,
    /// A system prompt
    #[arg(long, value_name = "TEXT")]
    system: Option<String>,
    /// Also ask another model: "base" for the run's base model, another
    /// deployment, or the id of a model or an inference profile
    #[arg(long, value_name = "MODEL")]
    against: Option<String>,
    /// Maximum tokens of an answer [default: the model's]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(i32).range(1..))]
    max_tokens: Option<i32>,
    /// Temperature, from 0 to 1 [default: the model's]
    #[arg(long, value_name = "T", value_parser = temperature)]
    temperature: Option<f32>,
    #[command(flatten)]
    stack: StackArgs,
}

fn temperature(text: &str) -> Result<f32, String> {
    let value = text.parse().ok().filter(|value| (0.0..=1.0).contains(value));
    value.ok_or_else(|| "expected a number from 0 to 1".to_owned())
}

/// A model to ask.
pub(crate) struct Side {
    pub(crate) title: String,
    /// The id to ask by.
    pub(crate) model: String,
}

pub(crate) fn try_model(args: &TryArgs) -> Result<ExitCode> {
    let question = Question {
        prompt: prompt(args.prompt.as_deref())?,
        system: args.system.clone(),
        max_tokens: args.max_tokens,
        temperature: args.temperature,
    };
    block_on(async {
        let stack = args.stack.find().await?;
        let deployment = deployed(&stack, &args.target).await?;
        let mut sides = vec![side(&deployment)?];
        match args.against.as_deref() {
            None => {}
            Some("base") => sides.push(base(&stack, &deployment).await?),
            // Names of deployments and datasets have neither character.
            Some(model) if model.contains(['.', ':']) && !model.contains(":custom-model/") => {
                sides.push(Side { title: visible(model), model: model.to_owned() });
            }
            Some(other) => sides.push(side(&deployed(&stack, other).await?)?),
        }
        let inference = Inference::new(&stack.configs.bedrock);
        for (at, one) in sides.iter().enumerate() {
            if sides.len() > 1 {
                let gap = if at > 0 { "\n" } else { "" };
                print(&format!("{gap}{BOLD}{}{BOLD:#}\n", one.title))?;
            }
            ask(&stack, &inference, one, &question).await?;
        }
        Ok(ExitCode::SUCCESS)
    })
}

/// The prompt, or standard input.
fn prompt(given: Option<&str>) -> Result<String> {
    let text = match given {
        Some(text) if text != "-" => text.to_owned(),
        None if std::io::stdin().is_terminal() => bail!("no prompt: pass one in quotes, or send it to standard input"),
        _ => {
            let mut text = String::new();
            std::io::stdin().lock().read_to_string(&mut text).context("standard input can't be read as UTF-8 text")?;
            text.trim_end_matches(['\n', '\r']).to_owned()
        }
    };
    if text.trim().is_empty() {
        bail!("the prompt is empty");
    }
    Ok(text)
}

/// The deployment of this name, or the one that serves this run.
async fn deployed(stack: &Stack, text: &str) -> Result<Deployment> {
    if let Some(deployment) = stack.ledger()?.deployment(text).await.map_err(explain)?
        && !deployment.state.is_end()
    {
        return Ok(deployment);
    }
    let run = stack.run(text).await?;
    let all = deployments::of(stack).await?;
    // A temporary deployment is deleted when its evaluation ends.
    let serves = |one: &&Deployment| {
        one.evaluation.is_none() && one.state.answers() && one.serving.as_ref() == Some(&run.run_id)
    };
    match all.iter().find(serves) {
        Some(one) => Ok(one.clone()),
        None => bail!(
            "no deployment serves run {id}; deploy it with `tunedrop deploy {id}{named} --wait`",
            id = run.run_id,
            named = stack.named
        ),
    }
}

/// The model that a deployment serves.
pub(crate) fn side(deployment: &Deployment) -> Result<Side> {
    let Deployment { name, state, serving, arn, .. } = deployment;
    match (arn, serving) {
        (Some(arn), Some(run_id)) if state.answers() => {
            Ok(Side { title: visible(&format!("{name} (run {run_id})")), model: arn.clone() })
        }
        _ => bail!("deployment {name} is {}: it doesn't answer", state.as_str()),
    }
}

/// The base model of the run that a deployment serves.
pub(crate) async fn base(stack: &Stack, deployment: &Deployment) -> Result<Side> {
    let run_id = deployment.serving.as_ref().unwrap_or(&deployment.run_id);
    let run = stack.ledger()?.run(run_id).await.map_err(explain)?;
    let plan = run.and_then(|run| run.plan);
    let plan = plan.with_context(|| format!("the ledger doesn't say which base model run {run_id} has"))?;
    let model = invocable(&plan.base_model);
    Ok(Side { title: visible(&format!("base ({model})")), model: model.to_owned() })
}

/// Asks a model, and prints its answer.
async fn ask(stack: &Stack, inference: &Inference, side: &Side, question: &Question) -> Result<()> {
    let begin = Instant::now();
    let mut answer = start(stack, inference, &side.model, question).await?;
    let (mut first, mut stopped, mut used) = (None, String::new(), None);
    let mut at_line_start = true;
    loop {
        let part = tokio::time::timeout(PAUSE_MAX, answer.next()).await;
        let part = match part.with_context(|| format!("no more of the answer in {} s", PAUSE_MAX.as_secs())) {
            Ok(part) => part.map_err(explain),
            Err(error) => Err(error),
        };
        if part.is_err() && !at_line_start {
            print("\n")?;
        }
        match part? {
            Some(AnswerPart::Text(text)) => {
                first.get_or_insert_with(|| begin.elapsed());
                at_line_start = text.ends_with('\n');
                print(&shown(&text))?;
            }
            Some(AnswerPart::Stopped(why)) => stopped = why,
            Some(AnswerPart::Used { input, output, latency_ms }) => used = Some((input, output, latency_ms)),
            None => break,
        }
    }
    if !at_line_start {
        print("\n")?;
    }
    note(&figures(used, first, begin.elapsed(), &stopped));
    Ok(())
}

/// Begins an answer. Some base models answer through an inference profile only, and Bedrock's error says so.
pub(crate) async fn start(stack: &Stack, inference: &Inference, model: &str, question: &Question) -> Result<Answer> {
    let failure = match inference.ask(model, question).await {
        Ok(answer) => return Ok(answer),
        Err(failure) => failure,
    };
    let region = stack.configs.bedrock.region().map(ToString::to_string).unwrap_or_default();
    match profile(model, &region).filter(|_| wants_profile(&failure)) {
        Some(profile) => inference.ask(&profile, question).await.map_err(explain),
        None => Err(explain(failure)),
    }
}

/// Text of a model, with control characters escaped.
fn shown(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut out, c| {
        match c {
            '\n' | '\t' => out.push(c),
            c => out.push_str(&visible(c.encode_utf8(&mut [0; 4]))),
        }
        out
    })
}

/// What an answer took, in a line.
pub(crate) fn figures(
    used: Option<(i32, i32, Option<i64>)>,
    first: Option<Duration>,
    all: Duration,
    stopped: &str,
) -> String {
    let mut parts = Vec::new();
    if let Some((input, output, latency_ms)) = used {
        parts.push(format!("{} in, {output} out", counted(input.max(0).unsigned_abs().into(), "token")));
        parts.extend(latency_ms.map(|ms| format!("latency {ms} ms")));
    }
    let first = first.map(|first| format!(", {:.1} s to the first text", first.as_secs_f64()));
    parts.push(format!("{:.1} s in all{}", all.as_secs_f64(), first.unwrap_or_default()));
    match stopped {
        "" | "end_turn" | "stop_sequence" => {}
        "max_tokens" => parts.push("the answer ends at the maximum of tokens".to_owned()),
        other => parts.push(format!("stopped: {other}")),
    }
    format!("  {}", parts.join("; "))
}

#[cfg(test)]
mod tests;
