//! Replaces the parts of the output that differ in each run.

/// Replaces ids, times, addresses and losses, and the phase that was observed.
pub(super) fn steady(printed: &str, bucket: &str) -> String {
    let (mut out, mut hashes) = (String::new(), Vec::new());
    for line in printed.lines() {
        let line = line.replace(bucket, "tunedrop-bucket");
        // A state or a phase that is shorter than the polling interval may be missed.
        let passing = [
            "  Validation: ",
            "  Data processing: ",
            "  Training: ",
            "  next in the queue",
            "  training",
            "  launching",
        ];
        let is_passing = passing.iter().any(|phase| line.starts_with(phase)) && !line.contains("s3://");
        let is_on_its_way =
            [" Queued", " Launching", " Running", " before it in the queue"].iter().any(|end| line.ends_with(end));
        if is_passing || is_on_its_way {
            continue;
        }
        // A built-in price doesn't differ, and its date says how old it is.
        if ["  price  ", "  Price  ", "  cost  "].iter().any(|row| line.starts_with(row)) {
            out.push_str(&line);
            out.push('\n');
            continue;
        }
        let (mut words, mut before) = (String::new(), "");
        for word in line.split_inclusive([' ', '/']) {
            // The id of a job or a model, which follows its base model in an ARN.
            let is_id = before.starts_with("amazon.nova-") && before.ends_with('/');
            words.push_str(&match () {
                () if is_id => steady_id(word),
                // The step with the lowest loss.
                () if before == "step " => word.replace(word.trim_end(), "40"),
                () => steady_word(word, &mut hashes),
            });
            before = word;
        }
        out.push_str(words.trim_end());
        out.push('\n');
    }
    out
}

/// Replaces twelve letters and digits.
fn steady_id(word: &str) -> String {
    let end = word.trim_start_matches(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit());
    if word.len() - end.len() == 12 { format!("a1b2c3d4e5f6{end}") } else { word.to_owned() }
}

/// `hashes`: those found so far, each with its replacement.
fn steady_word(word: &str, hashes: &mut Vec<String>) -> String {
    let (core, end) = word.split_at(word.trim_end_matches([' ', '/', ';']).len());
    let is_number = core.contains('.') && core.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let date = core.len() == 10 && core.bytes().filter(|b| *b == b'-').count() == 2 && core.starts_with("20");
    let time = core.len() == 5 && core.as_bytes()[2] == b':' && core.bytes().filter(u8::is_ascii_digit).count() == 4;
    let chart = !core.is_empty() && core.chars().all(|c| ('▁'..='█').contains(&c));
    let steady = match () {
        () if is_number => "1.23456789"[..core.len().min(10)].to_owned(),
        () if date => "2026-01-02".to_owned(),
        () if time => "03:04".to_owned(),
        () if chart => "█▇▆▅▅▄▄▃▃▂▂▁".to_owned(),
        () => core.split('-').map(|part| steady_hash(part, hashes)).collect::<Vec<_>>().join("-"),
    };
    format!("{steady}{end}")
}

/// The hash in a run's id also depends on the bucket's name, which differs each time.
fn steady_hash(part: &str, hashes: &mut Vec<String>) -> String {
    if part.len() != 12 || !part.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b)) {
        return part.to_owned();
    }
    let at = hashes.iter().position(|hash| hash == part).unwrap_or_else(|| {
        hashes.push(part.to_owned());
        hashes.len() - 1
    });
    format!("{:012x}", 0x1111_1111_1111_u64 * (at as u64 + 10))
}
