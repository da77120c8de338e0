//! The emulator with the resources that the functions use, one set for each worker. It has no rules, queues or functions,
//! because the workers simulate these.

use anyhow::{Context, Result};
use tunedrop_local::{Stack, StackOptions, build};

/// Starts the emulator of this number, for so many workers.
pub(super) async fn start(number: usize, lanes: usize) -> Result<Stack> {
    let binaries = build::functions().await?;
    let folder = std::env::temp_dir().join(format!("tunedrop-crash-{}-{number}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let template = folder.join("template.yaml");
    std::fs::write(&template, reduced(lanes)?)?;
    let options = StackOptions { name: format!("crash-{number}"), template: Some(template), ..StackOptions::default() };
    let stack = Stack::start(&binaries, options).await;
    std::fs::remove_dir_all(&folder)?;
    stack
}

/// The template's parameters, conditions and bucket, and a table and a topic for each worker.
fn reduced(lanes: usize) -> Result<String> {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../template.yaml"))?;
    let section = |name: &str| block(&text, name).with_context(|| format!("the template has no {name}"));
    let mut reduced = format!("{}{}Resources:\n", section("Parameters:")?, section("Conditions:")?);
    reduced.push_str(section("  Bucket:")?);
    for worker in 0..lanes {
        for name in ["Table", "Topic"] {
            let resource = section(&format!("  {name}:"))?;
            reduced.push_str(&resource.replacen(&format!("  {name}:"), &format!("  {name}{worker}:"), 1));
        }
    }
    reduced.push_str("Outputs:\n  BucketName: {Value: !Ref Bucket}\n");
    // The deployer sets the architecture.
    Ok(reduced)
}

/// The text from a line to the next one that isn't indented deeper.
fn block<'t>(text: &'t str, head: &str) -> Option<&'t str> {
    let start = if text.starts_with(head) { 0 } else { text.find(&format!("\n{head}\n"))? + 1 };
    let indent = head.len() - head.trim_start().len();
    let mut end = start + text[start..].find('\n')? + 1;
    for line in text[end..].split_inclusive('\n') {
        let deep = line.len() - line.trim_start().len();
        if !line.trim().is_empty() && deep <= indent {
            break;
        }
        end += line.len();
    }
    text.get(start..end)
}
