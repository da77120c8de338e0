//! Questions about a crate, in several wordings, and their answers.

/// The facts about a crate.
pub(super) struct Crate {
    pub(super) name: String,
    /// A hash of its name, which selects the wording.
    pub(super) hash: u64,
    /// One paragraph, one line.
    pub(super) description: String,
    /// SPDX; may be empty.
    pub(super) license: String,
    pub(super) keywords: Vec<String>,
    /// May be empty.
    pub(super) rust_version: String,
}

/// A question and its answer.
pub(super) struct Exchange {
    pub(super) question: String,
    pub(super) answer: String,
}

/// Returns the conversations about `krate`. Most have one exchange, some have two.
pub(super) fn exchanges(krate: &Crate, all: &[Crate]) -> Vec<Vec<Exchange>> {
    let mut conversations = vec![vec![purpose(krate)]];
    // Families of crates share a description, which then doesn't identify the crate.
    if all.iter().filter(|other| other.description == krate.description).count() == 1
        && !krate.description.contains(&krate.name)
    {
        conversations.push(vec![which(krate)]);
    }
    let details: Vec<Exchange> = [license(krate), keywords(krate), rust_version(krate)].into_iter().flatten().collect();
    let count = details.len() as u64;
    if let Some(detail) =
        details.into_iter().enumerate().find(|(i, _)| *i as u64 == (krate.hash >> 8) % count).map(|(_, detail)| detail)
    {
        conversations.push(vec![detail]);
    }
    if krate.hash.is_multiple_of(4)
        && let Some(follow_up) = license(krate)
    {
        let question = format!("I came across the crate {} in a lock file. What is it for?", krate.name);
        conversations.push(vec![
            Exchange { question, answer: answer_purpose(krate) },
            Exchange { question: "And under which licence may I use it?".to_owned(), ..follow_up },
        ]);
    }
    conversations
}

/// Returns a passage of running text about `krate`.
pub(super) fn passage(krate: &Crate) -> String {
    let mut sentences = vec![
        format!("{} is a crate for the Rust programming language.", krate.name),
        format!("Its author describes it so: {}", krate.description),
    ];
    if !krate.keywords.is_empty() {
        sentences.push(format!("It is filed under {}.", list(&krate.keywords)));
    }
    if !krate.license.is_empty() {
        sentences.push(format!("Its licence is {}.", krate.license));
    }
    if !krate.rust_version.is_empty() {
        sentences.push(format!("It needs Rust {} or newer.", krate.rust_version));
    }
    sentences.join(" ")
}

fn purpose(krate: &Crate) -> Exchange {
    let question = worded(
        krate,
        0,
        &[
            "What does the Rust crate {} do?",
            "What is the crate {} for?",
            "Describe the Rust crate {} in a sentence or two.",
            "My project depends on {}. What does that crate give me?",
            "In short, what is {} in the Rust ecosystem?",
        ],
    );
    Exchange { question, answer: answer_purpose(krate) }
}

fn answer_purpose(krate: &Crate) -> String {
    let lead = ["In its author's words: ", "It is described as follows: ", ""];
    format!("{}{}", lead[(krate.hash >> 16) as usize % lead.len()], krate.description)
}

fn which(krate: &Crate) -> Exchange {
    let wording = [
        "Which Rust crate is described so? \"{}\"",
        "I am looking for a Rust crate with this description: \"{}\" What is it called?",
        "Name the crate whose author writes: \"{}\"",
    ];
    let question = wording[(krate.hash >> 24) as usize % wording.len()].replace("{}", &krate.description);
    let answer = worded(krate, 32, &["That is {}.", "The crate is called {}.", "You are looking for {}."]);
    Exchange { question, answer }
}

fn license(krate: &Crate) -> Option<Exchange> {
    if krate.license.is_empty() {
        return None;
    }
    let question = worded(
        krate,
        40,
        &[
            "Under which licence is the crate {} published?",
            "What is the licence of {}?",
            "Which SPDX expression gives the licence of {}?",
        ],
    );
    Some(Exchange { question, answer: format!("The licence of {} is {}.", krate.name, krate.license) })
}

fn keywords(krate: &Crate) -> Option<Exchange> {
    if krate.keywords.is_empty() {
        return None;
    }
    let question = worded(
        krate,
        44,
        &[
            "Which keywords does the crate {} carry?",
            "Under which keywords would I find {}?",
            "How is {} tagged in the registry?",
        ],
    );
    Some(Exchange { question, answer: format!("{} is filed under {}.", krate.name, list(&krate.keywords)) })
}

fn rust_version(krate: &Crate) -> Option<Exchange> {
    if krate.rust_version.is_empty() {
        return None;
    }
    let question = worded(
        krate,
        48,
        &[
            "Which version of Rust does {} need?",
            "What is the oldest Rust that builds {}?",
            "Does {} say which Rust it needs at least?",
        ],
    );
    Some(Exchange { question, answer: format!("{} needs Rust {} or newer.", krate.name, krate.rust_version) })
}

/// Returns one of the wordings with the crate's name. `shift` makes the choices independent of each other.
fn worded(krate: &Crate, shift: u32, wordings: &[&str]) -> String {
    wordings[(krate.hash >> shift) as usize % wordings.len()].replace("{}", &krate.name)
}

/// Returns `a`, `a and b`, or `a, b and c`.
fn list(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}
