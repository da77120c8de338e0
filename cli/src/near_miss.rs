//! Files of a folder whose names the cloud reports as near misses, and the command that makes each what was meant.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use tunedrop_report::shell;
use tunedrop_run::dropped::{Dropped, PACKED, RECIPES, TABLES, classify, meant_name};
use tunedrop_run::working_name;
use tunedrop_validation::{Code, Finding, LAYOUT_HEAD, layout_of};

/// A file that isn't read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct NearMiss {
    pub(crate) name: String,
    /// The name that is read.
    pub(crate) meant: String,
    /// Why it isn't read.
    pub(crate) why: String,
    /// What a shell runs to make it so. A file that is compressed may need another command then.
    pub(crate) command: String,
}

impl NearMiss {
    /// As the cloud reports it, with the command.
    pub(crate) fn finding(&self) -> Finding {
        let help = format!("run `{}`", self.command);
        Finding::of_file(Code::NearMissName, &self.name, self.why.clone(), help)
    }

    pub(crate) fn is_recipe(&self) -> bool {
        RECIPES.contains(&self.meant.as_str())
    }
}

/// The near misses in a folder, by name, but for those beside the file that was meant. `given` is what a conversion is
/// told of the model. With `any_table`, a table counts whatever it is called: for a folder without any other data.
pub(crate) fn near_misses(dir: &Path, given: &str, any_table: bool) -> std::io::Result<Vec<NearMiss>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(dir)? {
        let entry = entry?;
        // Names that aren't UTF-8 can't be put into a command that works.
        names.extend(entry.file_name().into_string().ok().filter(|_| entry.path().is_file()));
    }
    names.sort_unstable();
    let near = |name: &String| {
        let (meant, why) = told(name, any_table)?;
        let is_there = names.contains(&meant);
        (!is_there).then(|| NearMiss { command: command(dir, name, &meant, given), name: name.clone(), meant, why })
    };
    Ok(names.iter().filter_map(near).collect())
}

/// Which name was meant, and why the file isn't read. The dataset's name is of no matter here.
fn told(name: &str, any_table: bool) -> Option<(String, String)> {
    match classify(&format!("datasets/a/{name}")) {
        Dropped::NearMiss { finding, .. } => {
            let meant = meant_name(name)?;
            let meant = if RECIPES.contains(&meant.as_str()) { meant } else { working_name(&meant) };
            (meant != name).then_some((meant, finding.message))
        }
        _ if any_table && !name.starts_with(['.', '~']) => {
            let lower = name.to_ascii_lowercase();
            let stem = TABLES.iter().find_map(|ending| lower.strip_suffix(ending)).filter(|stem| !stem.is_empty())?;
            Some((working_name(&format!("{stem}.jsonl")), "the file is a table, which Bedrock doesn't read".to_owned()))
        }
        _ => None,
    }
}

fn command(dir: &Path, name: &str, meant: &str, given: &str) -> String {
    let typed = |name: &str| shell(&dir.join(name).to_string_lossy());
    let lower = name.to_ascii_lowercase();
    let is_table = |name: &str| TABLES.iter().any(|ending| name.ends_with(ending));
    if let Some(ending) = PACKED.iter().find(|ending| lower.ends_with(**ending)) {
        let unpack = match *ending {
            ".zip" => "unzip -p",
            ".bz2" => "bunzip2 -c",
            ".zst" => "zstd -dc",
            ".xz" => "xz -dc",
            _ => "gunzip -c",
        };
        let inner = &name[..name.len() - ending.len()];
        let inner_lower = inner.to_ascii_lowercase();
        // What is in it shows once it is unpacked.
        let to = if is_table(&inner_lower) || inner_lower.ends_with(".json") { inner } else { meant };
        return format!("{unpack} {} > {}", typed(name), typed(to));
    }
    if !RECIPES.contains(&meant) && (is_table(&lower) || !is_json_lines(&dir.join(name))) {
        return format!("tunedrop convert {} {given} -o {}", typed(name), typed(meant));
    }
    format!("mv {} {}", typed(name), typed(meant))
}

/// Whether only the name is wrong.
fn is_json_lines(path: &Path) -> bool {
    let mut head = Vec::new();
    let read = File::open(path).and_then(|file| file.take(LAYOUT_HEAD as u64 + 1).read_to_end(&mut head));
    read.is_ok() && layout_of(&head, head.len() <= LAYOUT_HEAD).is_none()
}
