//! The scenarios, by how they run.

use crate::trials::Scenario;
use crate::*;

/// Scenarios by their functions' names.
macro_rules! scenarios {
    ($($module:ident :: { $($name:ident),+ $(,)? }),+ $(,)?) => {
        vec![$($((concat!(stringify!($module), "::", stringify!($name)), (|w| Box::pin($module::$name(w))) as Scenario)),+),+]
    };
}

/// Scenarios that run side by side. The longest ones first, so that none of them is left at the end.
pub(crate) fn side_by_side() -> Vec<(&'static str, Scenario)> {
    scenarios!(
        notifications::{ repeated_uploads_keep_an_item_small },
        slow::{
            uploads_a_file_at_one_mbit,
            uploads_parts_at_four_mbit,
            interrupted_multipart_upload_is_aborted,
            checks_a_file_at_one_mbit,
        },
        parity::{ check_and_validate_report_the_same_findings },
        inference::{ client_gets_answers_before_during_and_after_an_update },
        network_loss::{ watch_reconnects_after_network_loss },
        runs::{
            trains_an_accepted_dataset,
            names_the_lines_of_a_rejected_dataset,
            notifies_of_a_failed_job,
            keeps_a_quoted_record_out_of_messages,
            stops_a_job_on_command,
            records_a_job_stopped_in_the_console,
            sweep_finds_a_job_whose_event_was_lost,
            manual_run_waits_for_approval,
            held_run_can_be_stopped,
            launches_distillation_with_its_teacher,
            launches_reinforcement_with_its_grader,
            validates_prompt_completion_and_input,
        },
        datasets::{
            files_in_any_order_create_one_job,
            reports_an_incomplete_dataset_and_notifies,
            never_trains_on_an_unvalidated_replacement,
            newer_dataset_supersedes_a_waiting_run,
            sweep_supersedes_an_outdated_held_run,
            suggests_the_nearest_key_for_a_typo,
            rejects_two_recipes,
            rejects_an_invalid_file_name,
            default_model_makes_a_recipe_optional,
        },
        quality::{ rejects_what_is_not_as_expected_and_warns_of_the_rest },
        drift::{ new_version_is_compared_and_suspects_of_a_failure_are_listed },
        sensitive::{ is_found_where_the_recipe_or_the_stack_asks_for_it },
        held_out::{ starts_the_run, renews_a_queued_run, leaves_a_trained_run, rejects_no_run, counts_in_guards },
        deployments::{ deploys_updates_rolls_back_and_deletes, deployment_deleted_in_the_console_is_noticed },
        throughput::{
            is_bought_updated_rolled_back_and_expires,
            is_refused_before_training_unless_the_stack_allows_it,
            commands_deploy_ask_evaluate_and_delete_it,
            failed_purchase_is_reported_and_not_billed,
        },
        evaluations::{
            better_model_is_kept,
            kept_model_is_deployed,
            stopped_evaluation_stays_stopped,
            recipe_evaluates_the_validation_file,
        },
        budgets::{ concurrent_launches_stay_within_the_month, failed_job_gives_its_reservation_back },
        judges::{
            failed_judge_is_left_out,
            judge_scores_the_answers_of_each_model,
            nonsense_of_a_judge_is_missing,
            stopped_evaluation_stops_its_judge,
        },
        canary::{
            canary_passes_and_leaves_no_files,
            default_model_does_not_train_the_canary,
            failed_stage_is_named_and_cleaned_up,
        },
        platform::{ every_role_has_path_boundary_and_policies, subnets_without_security_groups_are_refused },
        verdicts::{ models_are_as_good_as_their_training_data },
        own_base::{recipe_continues_from_run_and_deployment, bad_bases_are_findings_and_needed_models_are_kept},
        update::{
            two_changed_files_create_one_job,
            settings_of_the_last_recipe_count,
            reverted_update_is_not_trained,
            recipe_uploaded_last_starts_an_update,
            approval_starts_a_waiting_update,
            multipart_upload_counts_from_its_completion,
        },
        pages::{ late_report_does_not_replace_a_newer_one },
        reupload::{
            queued_content_is_answered_with_its_run,
            running_and_succeeded_content_is_answered_with_its_run,
            failed_content_is_answered_with_the_retry_command,
            stopped_content_is_answered_with_the_retry_command,
            refused_content_is_answered_with_the_retry_command,
            superseded_content_is_trained_again,
            rejected_content_is_reported_again,
            second_attempt_can_be_retried,
            retry_command_starts_another_attempt,
        },
        guards::{
            refuses_a_withdrawn_model_and_suggests_another,
            token_guard_refuses,
            cost_guard_without_a_price_refuses,
            stack_guard_overrides_the_recipe,
            refuses_a_model_that_the_stack_does_not_allow,
        },
        ignored_objects::{
            misnamed_files_are_reported_once,
            images_invoke_no_function,
            other_objects_are_ignored,
            other_jobs_are_ignored,
            duplicate_events_change_nothing,
            two_stacks_do_not_interfere,
        },
        forged::{
            forged_event_does_not_end_a_queued_run,
            job_with_another_token_is_not_adopted,
            forged_end_is_checked_against_the_job,
            forged_model_is_not_recorded,
        },
        notifications::{
            launched_and_stopped_once,
            succeeded_once_with_the_whole_message,
            failed_once,
            refused_once,
            held_and_superseded_once,
            rejected_once,
            incomplete_once,
            waiting_once,
            chat_bus_and_filters,
            retried_claim_recognizes_its_own_write,
        },
        forged_messages::{
            forged_incomplete_event_hides_no_run,
            forged_repeats_send_and_store_nothing,
            early_forged_event_suppresses_no_message,
            forged_reference_notifies_nobody,
            hostile_text_reaches_nobody_on_any_channel,
            many_misnamed_files_are_grouped_without_links,
        },
        renotified::{
            failed_channel_is_retried,
            stack_without_chat_expects_no_chat_message,
            lost_answer_is_sent_by_the_sweep,
            lost_message_about_a_misnamed_file_is_sent_by_the_sweep,
        },
        malformed::{
            ten_megabyte_recipe_is_a_finding,
            empty_file_is_a_finding,
            archived_file_is_a_finding,
            too_long_file_name_is_a_finding,
            deleted_file_counts_as_missing,
            stale_write_is_rejected,
        },
        session::{
            from_an_idea_to_a_model,
            errors_say_what_is_wrong,
            ctrl_c_ends_a_wait,
        },
        terminal::{
            advise_asks_and_recommends,
            prompt_accepts_answer_and_ctrl_c,
            submit_uploads_a_complete_dataset,
            submit_accepts_earlier_content,
            default_model_waits_for_every_file,
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
        deployment_commands::{
            model_is_deployed_replaced_rolled_back_and_deleted,
            failed_deployments_are_reported,
            doctor_finds_a_deployment_that_bedrock_lost,
        },
        evaluation_commands::{ model_is_evaluated_on_command, evaluation_is_refused_before_it_is_sent },
        doctor::{doctor_reports_failures_until_they_are_fixed},
        web_requests::{every_port_rejects_requests_from_web_pages},
        reports::{every_kind_of_bad_input_is_a_finding},
        metrics::{
            each_event_is_counted_once,
            sweep_counts_open_runs,
            deployed_dashboard_is_complete,
        },
    )
}

/// Scenarios that change or check what all scenarios of an emulator share.
pub(crate) fn alone() -> Vec<(&'static str, Scenario)> {
    scenarios!(
        prices::{ sweep_reads_the_price_list_and_keeps_it },
        costs::{ billed_cost_is_shown_beside_the_estimate },
        estimates::{ estimates_learn_from_sampled_records },
        retries::{
            refused_stop_is_retried,
            run_continues_when_its_job_reappears,
            retry_keeps_an_incomplete_dataset_open,
        },
        adoption::{ run_adopts_its_job_if_the_name_is_in_use },
        queue::{
            denied_launches_wait_and_continue,
            quota_of_one_run_blocks_no_other,
            unreadable_items_block_nothing,
            failing_run_fails_no_event,
            launches_a_run_missing_from_the_index,
            paused_run_has_no_lease_and_can_be_stopped,
            newer_events_return_to_their_queue,
        },
        ignored_objects::{ malformed_messages_are_not_retried },
        contract::{forged_events_of_every_kind_change_nothing},
        malformed::{ one_megabyte_message_is_acknowledged, unusual_keys_block_nothing },
        idle_jobs::{idle_job_is_reported_once},
        redrive::{redriven_messages_are_processed},
        inventory::{inventory_lists_what_anybody_made},
        erase::{erased_dataset_is_nowhere},
        erase_records::{erased_record_is_nowhere},
        clean_up::{
            older_models_are_proposed_and_deleted_later,
            days_of_a_base_model_are_announced_once,
        },
        guards::{
            launch_warns_of_a_model_that_becomes_legacy_soon,
            refuses_a_legacy_model,
            keeps_bedrocks_refusal_verbatim,
            full_slots_keep_runs_queued,
            stack_catalogue_extends_the_built_in_one,
        },
    )
}

/// Scenarios that take minutes: they wait for leases to end, or fill a stack.
pub(crate) fn slow() -> Vec<(&'static str, Scenario)> {
    scenarios!(
        guards::{retries_transient_errors},
        trace::{thousand_runs_are_traced_in_seconds},
    )
}
