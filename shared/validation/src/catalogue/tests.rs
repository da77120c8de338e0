use super::*;

fn find(name: &str) -> Option<&'static str> {
    Catalogue::embedded().find(name).map(|model| model.alias.as_str())
}

#[test]
fn the_embedded_catalogue_reads() {
    let models = Catalogue::embedded().models();
    assert_eq!(models.len(), 21);
    for model in models {
        assert!(!model.source.is_empty(), "{} has no source", model.alias);
        let is_day = model.checked.len() == 10 && model.checked.bytes().all(|b| b == b'-' || b.is_ascii_digit());
        assert!(is_day && model.checked.as_str() >= "2026-11-23", "{}: `checked` isn't a day", model.alias);
        assert!(model.customizations().count() > 0, "{}", model.alias);
    }
}

#[test]
fn model_has_many_names() {
    for name in [
        "nova-lite",
        "Nova-Lite",
        "Nova Lite",
        " nova-lite ",
        "amazon.nova-lite-v1:0:300k",
        "amazon.nova-lite-v1:0",
        "arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0:300k",
        "arn:aws-us-gov:bedrock:us-gov-west-1::foundation-model/amazon.nova-lite-v1:0",
    ] {
        assert_eq!(find(name), Some("nova-lite"), "{name}");
    }
    for name in [
        "",
        "nova",
        "amazon.nova-lite-v1",
        "arn:aws:s3:us-east-1::foundation-model/amazon.nova-lite-v1:0:300k",
        "arn:aws:bedrock:us-east-1:111122223333:custom-model/amazon.nova-lite-v1:0:300k/abcdefabcdef",
    ] {
        assert_eq!(find(name), None, "{name}");
    }
}

#[test]
fn no_two_models_share_a_name() {
    let catalogue = Catalogue::embedded();
    for model in catalogue.models() {
        for name in [&model.alias, &model.identifier, &model.name].into_iter().chain(&model.aliases) {
            assert_eq!(find(name), Some(model.alias.as_str()), "{name}");
        }
        assert_eq!(find(model.invoked_as()), Some(model.alias.as_str()));
    }
}

#[test]
fn the_nearest_name_is_offered() {
    let nearest = |name| Catalogue::embedded().nearest(name);
    assert_eq!(nearest("nova-light"), Some("nova-lite"));
    assert_eq!(nearest("Nova_Pro"), Some("nova-pro"));
    assert_eq!(nearest("tian-text-express"), Some("titan-text-express"));
    assert_eq!(nearest("gpt-4"), None);
    assert_eq!(nearest(""), None);
}

#[test]
fn a_withdrawn_model_names_a_live_one() {
    let catalogue = Catalogue::embedded();
    for model in catalogue.models() {
        match &model.lifecycle {
            Lifecycle::Live => assert_eq!(model.withdrawn_note(), None),
            Lifecycle::Withdrawn { instead, .. } => {
                let live = catalogue.find(instead).map(|model| &model.lifecycle);
                assert_eq!(live, Some(&Lifecycle::Live), "{}", model.alias);
                assert!(model.withdrawn_note().is_some_and(|note| note.ends_with(&format!("use {instead} instead"))));
            }
        }
    }
}

#[test]
fn limits_and_ranges_make_sense() {
    for model in Catalogue::embedded().models() {
        for training in model.customizations().filter_map(|kind| model.customization(kind)) {
            assert!(training.sum_max.or(training.train_max).is_some(), "{}", model.alias);
            assert!(training.sum_min <= training.sum_max || training.sum_max.is_none(), "{}", model.alias);
            assert!(training.train_min <= training.train_max || training.train_max.is_none(), "{}", model.alias);
            for hyperparameter in &training.hyperparameters {
                let Hyperparameter { name, min, max, default, .. } = hyperparameter;
                if let (Some(min), Some(max)) = (min, max) {
                    assert!(min <= max, "{} {name}", model.alias);
                    assert!(default.is_none_or(|default| (*min..=*max).contains(&default)), "{} {name}", model.alias);
                }
            }
        }
    }
}

#[test]
fn a_teacher_is_called_by_what_it_is_invoked_as() {
    let catalogue = Catalogue::embedded();
    assert_eq!(catalogue.teacher("nova-pro"), "amazon.nova-pro-v1:0");
    assert_eq!(catalogue.teacher("us.meta.llama3-3-70b-instruct-v1:0"), "us.meta.llama3-3-70b-instruct-v1:0");
}

#[test]
fn a_catalogue_of_ones_own_is_read_and_its_faults_are_named() {
    assert_eq!(Catalogue::parse(include_str!("../models.toml")).as_ref(), Ok(Catalogue::embedded()));
    let fault = Catalogue::parse("[[model]]\nalias = 3").err().unwrap_or_default();
    assert!(fault.contains("line 2"), "{fault}");
}
