//! The emulator with what the functions act on, once for each lane: no rules, no queues and no functions, which
//! the lanes play themselves.

use anyhow::{Context, Result};
use tunedrop_local::{Stack, StackOptions, build};

/// Starts it for so many lanes.
pub(crate) async fn start(lanes: usize) -> Result<Stack> {
    let binaries = build::functions().await?;
    let folder = std::env::temp_dir().join(format!("tunedrop-crash-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let template = folder.join("template.yaml");
    std::fs::write(&template, reduced(lanes)?)?;
    let options = StackOptions { name: "crash".to_owned(), template: Some(template), ..StackOptions::default() };
    let stack = Stack::start(&binaries, options).await;
    std::fs::remove_dir_all(&folder)?;
    stack
}

/// The product's template with its parameters, conditions and bucket; table and topic once for each lane.
fn reduced(lanes: usize) -> Result<String> {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../template.yaml"))?;
    let section = |name: &str| block(&text, name).with_context(|| format!("the template has no {name}"));
    let mut reduced = format!("{}{}Resources:\n", section("Parameters:")?, section("Conditions:")?);
    reduced.push_str(section("  Bucket:")?);
    for lane in 0..lanes {
        for name in ["Table", "Topic"] {
            let resource = section(&format!("  {name}:"))?;
            reduced.push_str(&resource.replacen(&format!("  {name}:"), &format!("  {name}{lane}:"), 1));
        }
    }
    reduced.push_str("Outputs:\n  BucketName: {Value: !Ref Bucket}\n");
    // The deployer names the processor.
    Ok(reduced)
}

/// From a line to the next one that is indented no deeper.
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
