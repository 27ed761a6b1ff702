//! What no schema covers: record types nobody has described, and records that are not as they should be.

use serde_json::json;

use super::record::Record;
use super::scene::Scene;

/// A record of a type that is new, or that the documentation only names.
pub(super) fn unknown(scene: &mut Scene<'_>) -> Record {
    let (operation, record_type, workload) = *scene.pick(&[
        ("SomethingNew", 9999, "FutureWorkload"),
        ("KQLQueryCompleted", 367, "Sentinel"),
        ("JobRunCompleted", 366, "Sentinel"),
        ("AIInvokeAgent", 406, "Copilot"),
        ("SimulationStarted", 218, "AttackSim"),
        ("ConnectorRun", 182, "ComplianceConnector"),
    ]);
    let user = scene.user();
    let novel = json!({"Nested": [scene.number(1, 9), "two", null, true], "Ratio": 0.25, "Big": 9_007_199_254_740_993_i64});
    Record::new(
        scene,
        operation,
        record_type,
        workload,
        &user.by_object_id(),
    )
    .with("Novel", novel)
}

/// The record as it is, or, in one of some thousands, with something missing or in another form. Members that every
/// record needs stay.
pub(super) fn sometimes(record: Record, scene: &mut Scene<'_>) -> Record {
    match scene.number(0, 2500) {
        0 => record.without("UserId"),
        1 => record.without("OrganizationId").without("Version"),
        2 => record.with("ClientIP", serde_json::Value::Null),
        3 => record.with("UserKey", ""),
        4 => record.with("UserType", "0").with("Version", "1"),
        5 => record.with(
            "AddedWithoutNotice",
            json!({"Since": "2026-01-01", "Values": [1, 2, 3]}),
        ),
        _ => record,
    }
}
