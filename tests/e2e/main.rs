//! End to end: the real function binaries, deployed from the real template, triggered by real uploads.
//!
//! One emulator for all scenarios, each with datasets of its own, so that they run side by side.

mod again;
mod asked;
mod away;
mod contract;
mod doctor;
mod doubt;
mod evasion;
mod foreign;
mod forged;
mod forged_messages;
mod guards;
mod journey;
mod listen;
mod metrics;
mod odd;
mod pages;
mod poison;
mod queue;
mod redrive;
mod repeated;
mod reports;
mod road;
mod same;
mod session;
mod set;
mod side;
mod slow;
mod told;
mod update;
mod world;

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use libtest_mimic::{Arguments, Conclusion, Trial};
use tokio::sync::OnceCell;
use tunedrop_tests::data;
use world::World;

type Scenario = for<'w> fn(&'w World) -> Pin<Box<dyn Future<Output = anyhow::Result<()>> + 'w>>;

/// Scenarios by their functions' names.
macro_rules! scenarios {
    ($($module:ident :: { $($name:ident),+ $(,)? }),+ $(,)?) => {
        vec![$($((concat!(stringify!($module), "::", stringify!($name)), (|w| Box::pin($module::$name(w))) as Scenario)),+),+]
    };
}

fn main() {
    let side_by_side = scenarios!(
        journey::{
            accepted_set_becomes_a_model,
            rejected_set_names_the_lines,
            failed_job_is_told,
            record_that_a_failure_quotes_reaches_no_message,
            stop_command_stops_the_job,
            job_stopped_in_the_console_is_recorded,
            lost_event_is_found_by_the_sweep,
            manual_run_waits_for_approval,
            held_run_can_be_stopped,
            distillation_is_launched_with_its_teacher,
            reinforcement_is_launched_with_its_grader,
            prompt_completion_and_input_are_judged,
        },
        set::{
            files_in_every_order_make_one_job,
            incomplete_set_is_reported_and_told,
            replaced_file_is_never_trained_on_unjudged,
            newer_set_supersedes_a_waiting_one,
            held_run_that_nobody_saw_gives_way,
            recipe_typo_names_the_nearest_key,
            two_recipes_are_an_error,
            file_with_an_odd_name_is_rejected,
            default_model_makes_a_recipe_optional,
        },
        update::{
            two_changed_files_make_one_job,
            an_update_that_is_taken_back_is_not_trained,
            a_recipe_that_comes_last_starts_an_update,
            an_approval_starts_an_update,
            an_upload_in_parts_counts_from_its_end,
        },
        pages::{
            a_late_report_does_not_replace_a_newer_one,
        },
        again::{
            queued_answers_with_its_run,
            running_and_succeeded_answer_with_their_run,
            failed_answers_with_the_way_to_retry,
            stopped_answers_with_the_way_to_retry,
            refused_answers_with_the_way_to_retry,
            superseded_starts_again,
            rejected_is_answered_again,
            attempt_two_runs_once_more,
            retry_command_runs_once_more,
        },
        guards::{
            withdrawn_model_is_refused_with_a_live_one,
            token_guard_refuses,
            cost_guard_without_a_price_refuses,
            stack_guard_stands_above_the_recipe,
            model_that_the_stack_does_not_allow_is_refused,
        },
        odd::{
            near_misses_are_told_once,
            pictures_invoke_nothing,
            droppings_are_ignored,
            foreign_jobs_are_left_alone,
            repeated_events_change_nothing,
            two_stacks_leave_each_other_alone,
        },
        forged::{
            p4_a_queued_run_does_not_end_by_an_event,
            p9_a_job_of_another_token_is_not_the_runs,
            p11_a_running_run_ends_as_its_job_does,
            a_forged_model_is_never_recorded,
        },
        told::{
            launched_and_stopped_once,
            succeeded_once_with_the_end_of_the_message,
            failed_once,
            refused_once,
            held_and_superseded_once,
            rejected_once,
            incomplete_once,
            waiting_once,
            chat_bus_and_filters,
            a_claim_is_known_by_whose_it_is,
            answers_leave_an_items_size_bounded,
        },
        forged_messages::{
            incomplete_with_a_runs_key_takes_no_run_out_of_view,
            repeated_flood_sends_nothing_and_fills_no_item,
            event_before_its_time_silences_no_message,
            event_that_points_elsewhere_notifies_of_nothing,
            hostile_words_reach_nobody_on_any_way,
            misnamed_flood_is_folded_and_links_nowhere,
        },
        repeated::{
            way_that_failed_is_repeated,
            stack_without_a_chat_waits_for_none,
            lost_answer_is_announced_again,
            lost_message_about_a_misnamed_file_is_announced_again,
        },
        poison::{
            recipe_of_ten_megabytes_is_a_finding,
            empty_file_is_a_finding,
            archived_file_is_a_finding_for_its_owner,
            file_name_longer_than_a_key_is_a_finding,
            file_deleted_before_it_is_read_is_waited_for,
            stale_write_is_refused,
        },
        session::{
            from_an_idea_to_a_model,
            what_can_go_wrong_is_said,
            a_wait_is_broken_off,
        },
        asked::{
            an_interview_is_held,
            a_question_is_answered_or_broken_off,
            a_set_is_submitted_whole,
            a_set_is_submitted_again,
            a_default_model_starts_nothing_early,
        },
        evasion::{
            a_large_custom_model_passed_off_as_a_small_one,
            training_on_top_of_another_teams_model,
            pictures_under_a_token_guard,
            distillation_and_dense_text_under_a_token_guard,
            pictures_of_another_team,
            logs_tags_and_prices_of_the_uploaders_choice,
            launches_without_approval_or_above_a_days_limit,
        },
        doctor::{
            what_fails_is_found_and_mended,
        },
        away::{
            a_network_that_comes_again,
        },
        slow::{
            a_file_is_uploaded_at_one_mbit,
            parts_are_uploaded_at_four_mbit,
            an_upload_in_parts_is_interrupted,
            a_file_is_checked_at_one_mbit,
        },
        foreign::{
            no_port_takes_what_a_web_page_sends,
        },
        reports::{
            bad_input_of_every_kind_is_a_finding,
        },
        same::{
            laptop_and_cloud_find_the_same,
        },
        metrics::{
            a_journey_is_counted_once,
            a_sweep_tells_what_is_open,
            the_deployed_dashboard_is_whole,
        },
    );
    // These change or look at what all share.
    let alone = scenarios!(
        doubt::{
            a_refused_stop_is_followed_up,
            a_job_that_was_denied_goes_on_when_it_shows_again,
            a_retry_does_not_hide_a_set_that_waits,
        },
        queue::{
            a_name_in_use_is_the_runs_own,
            denied_launches_wait_and_go_on,
            a_runs_own_quota_holds_nobody_back,
            unreadable_items_stop_nothing,
            a_run_that_keeps_failing_fails_no_event,
            a_run_that_the_index_does_not_show_is_launched,
            paused_launches_leave_no_lease_and_can_be_stopped,
            events_of_a_newer_version_go_back_to_their_queue,
        },
        odd::{
            poison_is_not_retried,
        },
        contract::{
            forged_events_of_every_kind_change_nothing,
        },
        poison::{
            message_of_a_megabyte_is_done_with,
            keys_of_every_odd_kind_stop_nothing,
        },
        redrive::{
            dead_letters_go_back_and_are_served,
        },
        guards::{
            model_that_bedrock_calls_legacy_is_refused,
            bedrocks_refusal_is_kept_word_for_word,
            passing_faults_are_repeated,
            full_slots_keep_runs_queued,
            own_catalogue_is_laid_over_the_shipped_one,
        },
    );
    let arguments = Arguments::from_args();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    let world: Arc<OnceCell<World>> = Arc::new(OnceCell::new());
    let trials = |scenarios: Vec<(&'static str, Scenario)>| -> Vec<Trial> {
        scenarios.into_iter().map(|(name, scenario)| trial(name, scenario, runtime.handle(), &world)).collect()
    };
    // Scenarios wait more than they compute.
    let many = Arguments { test_threads: arguments.test_threads.or(Some(12)), ..arguments.clone() };
    let mut conclusions = vec![libtest_mimic::run(&many, trials(side_by_side))];
    conclusions.push(libtest_mimic::run(&Arguments { test_threads: Some(1), ..arguments }, trials(alone)));
    if let Some(world) = Arc::into_inner(world).and_then(OnceCell::into_inner) {
        runtime.block_on(world.stop()).expect("the stack stops");
    }
    if conclusions.iter().any(Conclusion::has_failed) {
        std::process::exit(101);
    }
}

/// The first scenario starts the stack; listing them starts nothing.
fn trial(
    name: &'static str,
    scenario: Scenario,
    runtime: &tokio::runtime::Handle,
    world: &Arc<OnceCell<World>>,
) -> Trial {
    let (runtime, world) = (runtime.clone(), Arc::clone(world));
    Trial::test(name, move || {
        let run = async {
            let world = world.get_or_try_init(World::start).await?;
            scenario(world).await
        };
        runtime.block_on(run).map_err(|error| format!("{error:#}").into())
    })
}
