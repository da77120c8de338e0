//! docs/deployments.md and the code agree about recipes and base models.

use tunedrop_run::deployment::{ThroughputSupport, on_demand_regions, throughput_support};
use tunedrop_run::{DeployWhen, RecipeScope, read_recipe};
use tunedrop_validation::Catalogue;

use super::{read, root};

fn page() -> String {
    read(&root().join("docs/deployments.md"))
}

#[test]
fn recipe_of_the_page_is_valid() {
    let page = page();
    let (_, recipe) = page.split_once("```yaml\n").expect("the page has a recipe");
    let (recipe, _) = recipe.split_once("```").expect("the recipe ends");
    let scope = RecipeScope { region: Some("us-east-1".to_owned()), ..RecipeScope::default() };
    let (recipe, findings) = read_recipe(recipe.as_bytes(), "job.yaml", &scope, Catalogue::embedded());
    assert!(findings.kept.is_empty(), "{:?}", findings.kept);
    let plan = recipe.deploy.expect("the recipe deploys");
    assert_eq!((plan.name.as_deref(), plan.when), (Some("support-bot"), DeployWhen::Succeeded));
    assert_eq!(plan.expires_after_s, Some(72 * 3600));
}

#[test]
fn page_names_every_model_that_can_be_deployed() {
    let page = page();
    let (_, requirements) = page.split_once("## Requirements\n").expect("the page has requirements");
    let (requirements, _) = requirements.split_once("\n## ").expect("the section ends");
    let mut named = 0;
    for model in Catalogue::embedded().models() {
        let regions = on_demand_regions(&model.identifier);
        let alias = &model.alias;
        assert_eq!(requirements.contains(&format!("`{alias}`")), !regions.is_empty(), "{alias}");
        for region in regions {
            assert!(requirements.contains(region), "{alias} in {region}");
            named += 1;
        }
    }
    assert!(named >= 5, "hardly any model was found, so nothing was checked");
}

#[test]
fn page_names_every_model_that_can_have_provisioned_throughput() {
    let page = page();
    let (_, section) = page.split_once("## Provisioned throughput\n").expect("the page has the section");
    let (section, _) = section.split_once("\n## ").expect("the section ends");
    for model in Catalogue::embedded().models() {
        let alias = &model.alias;
        let line = section.lines().find(|line| line.contains(&format!("`{alias}`")));
        match throughput_support(&model.identifier) {
            ThroughputSupport::Region(region) => assert!(line.is_some_and(|line| line.contains(region)), "{alias}"),
            _ => assert_eq!(line, None, "{alias}"),
        }
    }
    let (_, recipe) = section.split_once("```yaml\n").expect("the section has a recipe");
    let (recipe, _) = recipe.split_once("```").expect("the recipe ends");
    let (recipe, findings) = read_recipe(recipe.as_bytes(), "job.yaml", &RecipeScope::default(), Catalogue::embedded());
    assert!(findings.kept.is_empty(), "{:?}", findings.kept);
    assert!(recipe.deploy.is_some_and(|plan| plan.capacity.is_provisioned()));
}
