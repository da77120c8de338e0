//! Prints the inventory for people, at most 80 columns wide.

use std::fmt::Write;

use tunedrop_run::inventory::{BaseLife, Billing, BillingUnit, FoundDeployment, KnownBy, Line, Maker};
use unicode_width::UnicodeWidthStr;

use super::costs::costs;
use super::gather::Found;
use crate::format::{BOLD, counted, visible};

/// Columns of name, status, maker, last invocation and billing: 80 with two spaces between them.
const WIDTHS: [usize; 5] = [31, 9, 14, 10, 8];
const HEAD: [&str; 5] = ["NAME", "STATUS", "MADE BY", "LAST USED", "BILLED"];
/// Columns of a base model's name.
const BASE: usize = 34;

pub(super) fn page(found: &Found) -> String {
    let provisioned = found.deployments.iter().filter(|one| one.found.model_units.is_some()).count() as u64;
    let on_demand = found.deployments.len() as u64 - provisioned;
    let mut out = format!(
        "{}, {} on demand, {} on provisioned throughput\n",
        counted(found.models.len() as u64, "model"),
        counted(on_demand, "deployment"),
        counted(provisioned, "deployment"),
    );
    if !found.models.is_empty() || !found.deployments.is_empty() {
        let _ = write!(out, "\n{BOLD}{}{BOLD:#}", row(&HEAD.map(str::to_owned)));
    }
    for model in &found.models {
        let status = model.found.status.as_deref().unwrap_or("-");
        out.push_str(&line(&model.found.name, "", status, model, found));
        for one in found.deployments.iter().filter(|one| one.found.model_arn == model.found.arn) {
            out.push_str(&deployment(one, found));
        }
    }
    let is_listed = |arn: &str| found.models.iter().any(|model| model.found.arn == arn);
    let mut others = found.deployments.iter().filter(|one| !is_listed(&one.found.model_arn)).peekable();
    if others.peek().is_some() && !found.models.is_empty() {
        out.push_str("(of models that aren't listed)\n");
    }
    others.for_each(|one| out.push_str(&deployment(one, found)));
    if let Some(since) = &found.invocations_since {
        let _ = writeln!(out, "\nLAST USED is the last day with invocations since {since}; -: none.");
    }
    out.push_str(&costs(found));
    if !found.base_models.is_empty() {
        let _ = write!(out, "\n{BOLD}{:<BASE$}  {:>6}  LIFECYCLE\n{BOLD:#}", "BASE MODEL", "MODELS");
        for base in &found.base_models {
            let _ = writeln!(out, "{}  {:>6}  {}", fitted(&base.model, BASE), base.models, lifecycle(base));
        }
    }
    out
}

fn deployment(one: &Line<FoundDeployment>, found: &Found) -> String {
    line(&one.found.name, "  ", &one.found.status, one, found)
}

fn line<T>(name: &str, indent: &str, status: &str, line: &Line<T>, found: &Found) -> String {
    let used = match (&found.invocations_since, &line.last_invoked) {
        (None, _) => "unknown".to_owned(),
        (_, day) => day.clone().unwrap_or_else(|| "-".to_owned()),
    };
    let name = format!("{indent}{}", fitted(name, WIDTHS[0] - indent.len()).trim_end());
    row(&[name, visible(status), maker(&line.made_by), used, billed(&line.billing)])
}

/// A line of cells, each of the column's width.
fn row(cells: &[String; 5]) -> String {
    let cells: Vec<String> = cells.iter().zip(WIDTHS).map(|(cell, width)| fitted(cell, width)).collect();
    format!("{}\n", cells.join("  ").trim_end())
}

/// The text in this many columns. Of a text that is too long, the middle is left out, because names differ at their ends.
fn fitted(text: &str, width: usize) -> String {
    let text = visible(text);
    let columns = text.width();
    if columns <= width {
        return format!("{text}{}", " ".repeat(width - columns));
    }
    let take = |chars: &mut dyn Iterator<Item = char>, most: usize| {
        let mut taken = String::new();
        for c in chars {
            if taken.width() + c.to_string().width() > most {
                break;
            }
            taken.push(c);
        }
        taken
    };
    let head = take(&mut text.chars(), (width - 1) / 2);
    let tail: String = take(&mut text.chars().rev(), width - 1 - head.width()).chars().rev().collect();
    let shown = format!("{head}…{tail}");
    let columns = shown.width();
    format!("{shown}{}", " ".repeat(width.saturating_sub(columns)))
}

fn maker(maker: &Maker) -> String {
    match maker.known_by {
        KnownBy::Ledger | KnownBy::Tags => maker.stack.clone().unwrap_or_default(),
        KnownBy::NotByTunedrop => "(not tunedrop)".to_owned(),
        KnownBy::Unknown => "(unknown)".to_owned(),
    }
}

fn billed(billing: &Billing) -> String {
    match (billing.unit, billing.usd) {
        (BillingUnit::ModelMonth, None) => "monthly".to_owned(),
        (BillingUnit::ModelMonth, Some(usd)) => format!("{usd:.2}/mo"),
        (BillingUnit::UnitHour, None) => format!("hourly×{}", billing.quantity),
        // The column has room for 999.99.
        (BillingUnit::UnitHour, Some(usd)) if usd >= 999.995 => format!("{usd:.0}/h"),
        (BillingUnit::UnitHour, Some(usd)) => format!("{usd:.2}/h"),
        (BillingUnit::Tokens, _) => "tokens".to_owned(),
    }
}

/// The status and the days that Bedrock names. The catalogue's word counts only if Bedrock has none.
pub(crate) fn lifecycle(base: &BaseLife) -> String {
    let day = |text: &String| text.chars().take(10).collect::<String>();
    let status = match (base.status, &base.note) {
        ("unknown", Some(_)) => "withdrawn, by the catalogue".to_owned(),
        (status, _) => status.to_owned(),
    };
    // The day says as much as the status.
    let mut said: Vec<String> = base.legacy_at.is_none().then_some(status).into_iter().collect();
    said.extend(base.legacy_at.as_ref().map(|time| format!("legacy {}", day(time))));
    said.extend(base.end_of_life_at.as_ref().map(|time| format!("ends {}", day(time))));
    said.join(", ")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use tunedrop_run::PriceSource;
    use tunedrop_run::inventory::{FoundModel, billing_of_deployment, billing_of_model, standing_costs};
    use tunedrop_validation::Catalogue;

    use super::*;

    /// Two models, a deployment and provisioned throughput, all of a base model.
    fn found(alias: &str) -> Found {
        let priced = Catalogue::embedded().find(alias);
        let arn = "arn:aws:bedrock:us-east-1:111122223333:custom-model/amazon.nova-lite-v1:0:300k/abcdefghijkl";
        let base = Some("amazon.nova-lite-v1:0:300k".to_owned());
        let model = |name: &str, arn: &str, made_by, last: Option<&str>| Line {
            found: FoundModel {
                arn: arn.to_owned(),
                name: name.to_owned(),
                base_arn: String::new(),
                created_at: "2026-11-01T00:00:00Z".to_owned(),
                status: Some("Active".to_owned()),
            },
            base_model: base.clone(),
            made_by,
            last_invoked: last.map(str::to_owned),
            billing: billing_of_model(priced, None),
            tags: None,
        };
        let serving = |name: &str, model_arn: &str, units: Option<u32>, made_by| {
            let found = FoundDeployment {
                arn: String::new(),
                name: name.to_owned(),
                model_arn: model_arn.to_owned(),
                created_at: String::new(),
                status: if units.is_some() { "InService" } else { "Active" }.to_owned(),
                model_units: units,
                committed_until: None,
            };
            let billing = billing_of_deployment(&found, priced, None);
            let last_invoked = Some("2026-11-30".to_owned());
            Line { found, base_model: base.clone(), made_by, last_invoked, billing, tags: None }
        };
        let ours = || Maker::of_ledger("prod", "bot", None, None);
        let nobody = Maker::of_tags(Some(&Default::default()));
        let long = "a-model-with-a-name-that-is-much-longer-than-the-column-0123456789ab";
        let models = vec![
            model("support-bot-0123456789ab", arn, ours(), Some("2026-11-30")),
            model(long, "other", nobody, None),
        ];
        let deployments = vec![
            serving("support-bot-9f86d081884c", arn, None, ours()),
            serving("load-test", "gone", Some(2), Maker::of_tags(None)),
        ];
        Found {
            costs: standing_costs(&models, &deployments),
            models,
            deployments,
            base_models: vec![BaseLife {
                model: "amazon.nova-lite-v1:0:300k".to_owned(),
                status: "active",
                legacy_at: Some("2027-01-15T00:00:00Z".to_owned()),
                end_of_life_at: Some("2027-07-15T00:00:00Z".to_owned()),
                note: None,
                models: 2,
            }],
            invocations_since: Some("2026-09-03".to_owned()),
            prices_fault: None,
            missing_permissions: BTreeSet::new(),
        }
    }

    fn plain(found: &Found) -> String {
        anstream::adapter::strip_str(&page(found)).to_string()
    }

    #[test]
    fn page_fits_80_columns() {
        let listed = PriceSource::PriceList { date: "2026-12-01".to_owned() };
        let mut several = found("nova-lite");
        several.costs.storage_per_month.sources.push(listed);
        several.costs.storage_per_month.unpriced = 1;
        several.prices_fault =
            Some("the AWS Price List can't be reached; the prices are those of 2026-11-30".to_owned());
        for (name, found) in
            [("page", found("nova-lite")), ("several_prices", several), ("no_price", found("nova-pro"))]
        {
            let page = plain(&found);
            insta::assert_snapshot!(name, page);
            for line in page.lines() {
                assert!(line.width() <= 80, "{line}");
            }
        }
    }

    #[test]
    fn use_is_unknown_without_cloudwatch() {
        let found = Found { invocations_since: None, ..found("nova-pro") };
        let page = plain(&found);
        assert!(page.contains("unknown     monthly") && !page.contains("LAST USED is"), "{page}");
    }

    #[test]
    fn long_names_keep_their_ends() {
        assert_eq!(fitted("abcdefghij", 5), "ab…ij");
        assert_eq!(fitted("日本語テキスト", 6).width(), 6);
        assert_eq!(fitted("abc", 5), "abc  ");
    }
}
