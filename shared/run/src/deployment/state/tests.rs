use super::*;

/// Each state with each input: the next state, or `-` where nothing changes.
#[test]
fn every_state_with_every_input() {
    use DeploymentInput as Input;
    let inputs = [
        Input::Requested,
        Input::Accepted,
        Input::Served,
        Input::Outdated,
        Input::CreateFailed,
        Input::UpdateFailed,
        Input::DeleteAsked,
        Input::Gone,
    ];
    let table = [
        ("Requested", "Requested Creating - - Failed - Deleting -"),
        ("Creating", "Creating - Active Updating Failed - Deleting Deleted"),
        ("Active", "Updating - - Updating - - Deleting Deleted"),
        ("Updating", "Updating - Active - - Active Deleting Deleted"),
        ("Deleting", "- - - - - - - Deleted"),
        ("Deleted", "Requested - - - - - - -"),
        ("Failed", "Requested - - - - - - -"),
    ];
    assert_eq!(table.len(), DeploymentState::ALL.len());
    for (state, (name, row)) in DeploymentState::ALL.into_iter().zip(table) {
        assert_eq!(state.as_str(), name);
        for (input, cell) in inputs.into_iter().zip(row.split(' ')) {
            let after = next(state, input).map_or("-", DeploymentState::as_str);
            assert_eq!(after, cell, "{name} with {input:?}");
        }
    }
}

#[test]
fn state_is_written_by_its_name() {
    for state in DeploymentState::ALL {
        assert_eq!(serde_json::to_value(state).expect("a state"), state.as_str());
    }
}
