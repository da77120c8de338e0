//! How to make a file readable: a shell command, or a sentence if no command does it.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use tunedrop_report::shell;
use tunedrop_run::data_file::{DataFormat, JSON, TABLES, saved_as};
use tunedrop_run::working_name;
use tunedrop_validation::{Catalogue, Code, Finding, Findings, LAYOUT_HEAD, layout_of};

use super::{NearMiss, Target};
use crate::catalogue::Rules;
use crate::fit::{Fit, fit, flags};
use crate::free_name::free_name;
use crate::input::incomplete;
use crate::location::Location;
use crate::placeholders::filled;
use crate::tables::Kind;

/// Only the name is wrong.
const MISNAMED: &str = "only job.yaml, job.json and names that end in .jsonl are read";

/// No command is shown where the recipe's model isn't known.
const CORRECT_FIRST: &str = "correct base_model in the recipe, then check again for the command that converts it";

/// What to do with a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Remedy {
    /// A command to type in a shell.
    Run(String),
    /// An imperative.
    Do(String),
}

impl Remedy {
    /// Returns the text for a finding's help.
    pub(crate) fn help(&self) -> String {
        match self {
            Remedy::Run(command) => format!("run `{command}`"),
            Remedy::Do(sentence) => sentence.clone(),
        }
    }
}

/// Programs that unpack a file to standard output: the file's first bytes, the format's name, and the command.
const UNPACKERS: [(&[u8], &str, &str); 5] = [
    (b"\x1f\x8b", "compressed with gzip", "gunzip -c"),
    (b"BZh", "compressed with bzip2", "bunzip2 -c"),
    (b"\x28\xb5\x2f\xfd", "compressed with zstd", "zstd -dc"),
    (b"\xfd7zXZ\0", "compressed with xz", "xz -dc"),
    (b"\x04\x22\x4d\x18", "compressed with lz4", "lz4 -dc"),
];

/// Returns why the file isn't read, and how to make it readable as `to`.
pub(super) fn of(near: &NearMiss, folder: &Location, to: &str, target: Target) -> (String, Remedy) {
    if let Some((last, before)) = near.rivals.split_last() {
        let others: String = before.iter().map(|name| format!(", {name}")).collect();
        let both = if before.is_empty() { "both" } else { "all" };
        let why = format!("{}{others} and {last} would {both} become {to}", near.name);
        return (
            why,
            Remedy::Do("keep one of these files in the folder, and move the others to another folder".to_owned()),
        );
    }
    match folder {
        Location::Local(dir) => local(near, dir, to, target),
        _ => remote(near, folder, to, target),
    }
}

/// Returns the command that renames a file of the folder.
pub(crate) fn moved(folder: &Location, from: &str, to: &str) -> Remedy {
    let program = if matches!(folder, Location::Remote { .. }) { "aws s3 mv" } else { "mv" };
    let address = |name: &str| shell(&folder.join(name).name());
    Remedy::Run(format!("{program} {} {}", address(from), address(to)))
}

/// An object in S3, of which only the name is known.
fn remote(near: &NearMiss, folder: &Location, to: &str, target: Target) -> (String, Remedy) {
    match near.format.as_ref().filter(|file| file.format != DataFormat::JsonLines) {
        None => (MISNAMED.to_owned(), moved(folder, &near.name, to)),
        Some(file) => {
            let steps = file.steps(&near.name, target.rules.map(flags).as_deref(), to);
            let sentence = format!("download it, {steps}, and upload the result as {}", folder.join(to).name());
            (file.why(), Remedy::Do(sentence))
        }
    }
}

/// A file on this machine, whose content decides.
fn local(near: &NearMiss, dir: &Path, to: &str, target: Target) -> (String, Remedy) {
    let (path, output) = (dir.join(&near.name), dir.join(to));
    let typed = |path: &Path| shell(&path.to_string_lossy());
    let moved = || (MISNAMED.to_owned(), Remedy::Run(format!("mv {} {}", typed(&path), typed(&output))));
    if near.is_recipe() {
        return moved();
    }
    let mut head = Vec::new();
    if let Err(error) = File::open(&path).and_then(|file| file.take(LAYOUT_HEAD as u64 + 1).read_to_end(&mut head)) {
        return (format!("it can't be read: {error}"), Remedy::Do("check its permissions".to_owned()));
    }
    if head.trim_ascii().is_empty() {
        return ("the file is empty".to_owned(), Remedy::Do(format!("write the records to {}", output.display())));
    }
    let layout = layout_of(&head, head.len() <= LAYOUT_HEAD);
    let is = |what: &str| format!("the file is {what}, which Bedrock doesn't read");
    if let Some((what, remedy)) = unpack(near, &head, dir, to) {
        // A command would write the part that there is.
        return match incomplete(&path) {
            Some(cut) => (is(cut.is), Remedy::Do(cut.help.to_owned())),
            None => (is(what), remedy),
        };
    }
    let by_name = near.format.as_ref().map(|file| file.format);
    let lower = near.name.to_ascii_lowercase();
    let is_csv = [".csv", ".tsv"].iter().any(|ending| lower.ends_with(ending)) && !head.contains(&0);
    let opens_json = matches!(head.trim_ascii_start().first(), Some(b'{' | b'['));
    let is_rows = File::open(&path).and_then(|mut file| Kind::of(&mut file)).is_ok_and(|kind| kind.is_some());
    match layout {
        None if near.name.ends_with(".jsonl") => (String::new(), converted(&path, &output, target)),
        None if is_csv && !opens_json => (is("a table"), converted(&path, &output, target)),
        None => moved(),
        // For an archive, the name says more than the first bytes.
        Some(layout) if head.contains(&0) && !is_rows && layout.from != Some("auto") => {
            let (what, sentence) = match by_name {
                Some(DataFormat::Foreign(what, help)) => (what, then_convert(help, &path, &output, target)),
                _ => (layout.is, filled(layout.help, Some(&path), "")),
            };
            (is(what), Remedy::Do(sentence))
        }
        Some(layout) if layout.from.is_some() || layout.holds_json => {
            (is(layout.is), converted(&path, &output, target))
        }
        // Of an export with a sentence of its own, such as SQuAD's, `convert` may read the records.
        Some(layout) if opens_json && let Remedy::Run(command) = converted(&path, &output, target) => {
            (is(layout.is), Remedy::Run(command))
        }
        Some(_) if is_csv => (is("a table"), converted(&path, &output, target)),
        Some(layout) => match by_name {
            Some(DataFormat::Foreign(what, help)) => (is(what), Remedy::Do(then_convert(help, &path, &output, target))),
            _ => (is(layout.is), Remedy::Do(filled(layout.help, Some(&path), ""))),
        },
    }
}

/// Returns how to convert the file to a format that `convert` reads, and the command that reads it.
fn then_convert(help: &str, path: &Path, output: &Path, target: Target) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let saved = saved_as(&name, help).map_or_else(|| path.to_owned(), |name| path.with_file_name(name));
    match target.rules {
        Some(rules) => format!("{help}, then convert that with `{}`", command(&saved, &flags(rules), output)),
        None => format!("{help}; {CORRECT_FIRST}"),
    }
}

/// The command that converts a file.
fn command(path: &Path, flags: &str, output: &Path) -> String {
    let typed = |path: &Path| shell(&path.to_string_lossy());
    format!("tunedrop convert {} {flags} -o {}", typed(path), typed(output))
}

/// Returns the name of a compressed format, and what unpacks it. Nothing is unpacked over a file that is there.
fn unpack(near: &NearMiss, head: &[u8], dir: &Path, to: &str) -> Option<(&'static str, Remedy)> {
    let typed = |name: &str| shell(&dir.join(name).to_string_lossy());
    let fresh = |name: &str| typed(&free_name(name, |name| dir.join(name).exists()));
    let lower = near.name.to_ascii_lowercase();
    let into = |command: String, folder: &str| {
        let (folder, to) = (dir.join(folder).display().to_string(), dir.join(to).display().to_string());
        Remedy::Do(format!("run `{command}`, then move the data file from {folder} to {to}, and remove {}", near.name))
    };
    let stem = lower.split('.').next().unwrap_or_default();
    let folder = free_name(&format!("unpacked-{}", working_name(stem)), |name| dir.join(name).exists());
    if lower.ends_with(".tgz") || lower.contains(".tar.") || head.get(257..262) == Some(b"ustar") {
        let name = typed(&folder);
        let command = format!("mkdir {name} && tar -xf {} -C {name}", typed(&near.name));
        return Some(("a tar archive", into(command, &folder)));
    }
    if head.starts_with(b"PK\x03\x04") {
        return match files_in(&dir.join(&near.name))?.as_slice() {
            [one] => {
                let name = one.rsplit('/').next().unwrap_or(one);
                let output = if is_json_lines(name) { typed(to) } else { fresh(name) };
                // unzip reads names as patterns.
                let pattern = one.replace('\\', "\\\\").replace('[', "[[]");
                let command = format!("unzip -p {} {} > {output}", typed(&near.name), shell(&pattern));
                Some(("a ZIP archive", Remedy::Run(command)))
            }
            _ => {
                let command = format!("unzip {} -d {}", typed(&near.name), typed(&folder));
                Some(("a ZIP archive", into(command, &folder)))
            }
        };
    }
    let (_, is, command) = UNPACKERS.iter().find(|(magic, ..)| head.starts_with(magic))?;
    // The content is known only after unpacking.
    let inner = [".gz", ".bz2", ".zst", ".xz", ".lz4"].iter().find(|ending| lower.ends_with(**ending));
    let inner = inner.map(|ending| &near.name[..near.name.len() - ending.len()]);
    let output = match inner {
        Some(inner) if inner.contains('.') && !is_json_lines(inner) => fresh(inner),
        _ => typed(to),
    };
    // These programs reject a name whose ending they don't know.
    let input = if inner.is_some() { typed(&near.name) } else { format!("< {}", typed(&near.name)) };
    Some((is, Remedy::Run(format!("{command} {input} > {output}"))))
}

/// Whether the name is that of a JSON Lines file, in any spelling.
fn is_json_lines(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    JSON.iter().any(|ending| *ending != ".json" && lower.ends_with(ending))
}

/// Returns the data files in an archive. `None` for a document, which is an archive too.
fn files_in(path: &Path) -> Option<Vec<String>> {
    let archive = zip::ZipArchive::new(File::open(path).ok()?).ok()?;
    let is_data = |name: &&str| {
        let lower = name.to_ascii_lowercase();
        !name.starts_with("__MACOSX/") && JSON.iter().chain(&TABLES).any(|ending| lower.ends_with(ending))
    };
    let names: Vec<String> = archive.file_names().filter(is_data).map(str::to_owned).collect();
    (!names.is_empty()).then_some(names)
}

/// Replaces the help of findings that propose to convert a file of which none of the first records can be converted.
pub(crate) fn name_failing_conversion(
    findings: &mut Findings,
    location: &Location,
    rules: Rules,
    catalogue: &Catalogue,
) {
    let Location::Local(path) = location else { return };
    let is_proposed =
        |finding: &&mut Finding| finding.code == Code::WrongLayout && finding.help.contains("`tunedrop convert ");
    for finding in findings.kept.iter_mut().filter(is_proposed) {
        let target = Target { catalogue, rules: Some(rules), is_chosen: true };
        if let Remedy::Do(sentence) = converted(path, path, target) {
            finding.help = sentence;
        }
    }
}

/// The command that converts the file, if its first records can be converted. Otherwise, returns what accepts
/// them, or why nothing does.
fn converted(path: &Path, output: &Path, target: Target) -> Remedy {
    let command = |flags: &str| Remedy::Run(command(path, flags, output));
    let Some(rules) = target.rules else { return Remedy::Do(CORRECT_FIRST.to_owned()) };
    match fit(path, rules, target.catalogue) {
        Fit::Takes => command(&flags(rules)),
        Fit::Instead(_, first, _) if !target.is_chosen => command(&flags(first)),
        Fit::Instead(why, first, rest) => {
            let others: Vec<String> =
                std::iter::once(first).chain(rest).map(|rules| format!("`{}`", flags(rules))).collect();
            Remedy::Do(format!(
                "its records can't be converted for {} by {} ({why}); use {}",
                rules.model.name,
                rules.customization.as_str(),
                others.join(" or ")
            ))
        }
        Fit::Refuses(why) => {
            let is_unknown = why.starts_with("tunedrop doesn't know");
            let known =
                if is_unknown { ". `tunedrop convert --help` lists the keys and columns that it knows" } else { "" };
            Remedy::Do(format!("its records can't be converted: {why}{known}"))
        }
    }
}
