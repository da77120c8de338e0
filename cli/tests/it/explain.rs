//! `explain` and `models`.

use tunedrop_validation::{Catalogue, Code};

use crate::support::{folder, root, tunedrop};

#[test]
fn explains_every_code() {
    let here = folder(&[]);
    for code in Code::ALL {
        let ran = tunedrop(here.path(), &["explain", code.as_str()]);
        let info = code.info();
        assert_eq!((ran.code, ran.err.as_str()), (0, ""));
        for text in [info.title, info.what, info.why, info.fix, info.source] {
            assert!(ran.out.contains(text), "{code}: {text}");
        }
    }
    let all = tunedrop(here.path(), &["explain", "--all"]).out;
    assert_eq!(all.lines().count(), Code::ALL.len());
    insta::assert_snapshot!(tunedrop(here.path(), &["explain", "UNPAIRED_TURN"]).out);
}

#[test]
fn suggests_similar_codes() {
    let here = folder(&[]);
    let printed = |code: &str| {
        let ran = tunedrop(here.path(), &["explain", code]);
        assert_eq!((ran.code, ran.out.as_str()), (2, ""));
        ran.err
    };
    assert_eq!(printed("unpaird-turn"), "error: unknown code \"unpaird-turn\"; did you mean unpaired-turn?\n");
    assert!(printed("duplicate").contains("did you mean duplicate-key or duplicate-record or near-duplicate?"));
    assert_eq!(printed("xyzzy"), "error: unknown code \"xyzzy\"; `tunedrop explain --all` lists them\n");
}

#[test]
fn lists_and_describes_every_model() {
    let here = folder(&[]);
    let table = tunedrop(here.path(), &["models"]).out;
    let list = tunedrop(here.path(), &["models", "--json"]).json();
    let models = Catalogue::embedded().models();
    assert_eq!(list.as_array().map(Vec::len), Some(models.len()));
    for model in models {
        assert!(table.lines().any(|line| line.starts_with(&format!("{} ", model.alias))), "{}", model.alias);
        let page = tunedrop(here.path(), &["models", &model.identifier]).out;
        for text in [&model.name, &model.identifier, &model.source, &model.note, &model.regions.join(", ")] {
            assert!(page.contains(text.as_str()), "{}: {text}", model.alias);
        }
        let object = tunedrop(here.path(), &["models", &model.alias, "--json"]).json();
        for kind in model.customizations() {
            let training = model.customization(kind).expect("it has this kind");
            assert_eq!(object["customization"][kind.as_str()]["sum_max"].as_u64(), training.sum_max);
            for parameter in &training.hyperparameters {
                assert!(page.contains(&format!("\n  {:<24} ", parameter.name)), "{}: {}", model.alias, parameter.name);
            }
        }
    }
    let ran = tunedrop(here.path(), &["models", "nova-light"]);
    assert!(ran.code == 2 && ran.err.contains("did you mean nova-lite?"), "{}", ran.err);
}

#[test]
fn uses_a_custom_catalogue() {
    let mine = "[[model]]\nalias = \"nova-micro\"\nprice_per_1k_tokens = 0.25\n\n[model.customization.fine-tuning]\ntrain_min = 2\n";
    let train = std::fs::read_to_string(root().join("tests/samples/crates/nova/train.jsonl")).expect("a sample");
    let two: String = train.split_inclusive('\n').take(2).collect();
    let here = folder(&[
        ("mine.toml", mine.as_bytes()),
        ("bad.toml", b"[[model]]\nalias = 3\n"),
        ("two.jsonl", two.as_bytes()),
    ]);
    let page = tunedrop(here.path(), &["models", "nova-micro", "--catalogue", "mine.toml"]).out;
    assert!(page.contains("0.25 USD per 1,000 tokens"), "{page}");
    let check = ["check", "two.jsonl", "--model", "nova-micro"];
    assert_eq!(tunedrop(here.path(), &check).code, 1);
    assert_eq!(tunedrop(here.path(), &[&check[..], &["--catalogue", "mine.toml"]].concat()).code, 0);
    let estimate = ["estimate", "two.jsonl", "--model", "nova-micro", "--catalogue", "mine.toml", "--json"];
    assert_eq!(tunedrop(here.path(), &estimate).json()["files"][0]["price_from"], "the catalogue's");
    let ran = tunedrop(here.path(), &["models", "--catalogue", "bad.toml"]);
    assert!(ran.code == 2 && ran.err.contains("the catalogue bad.toml can't be used: "), "{}", ran.err);
}
