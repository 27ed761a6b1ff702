//! Service health of a service that is throttled, broken, or denied.

use anyhow::Result;
use auditlake_pipeline::report::ContentTypeStatus;
use auditlake_pipeline::{Error, GapReason, HealthApi, Outcome};
use auditlake_simulator::{Fault, FaultRule, Operation, Selector, TenantConfig, Times};
use serde_json::json;

use super::Health;

fn rule(operation: Operation, fault: Fault) -> FaultRule {
    FaultRule::new(Selector::operation(operation), fault)
}

#[tokio::test(flavor = "multi_thread")]
async fn throttling_and_failures_that_pass_cost_nothing() -> Result<()> {
    let health = Health::of_graph().await?;
    let once = |rule: FaultRule| rule.times(Times::AtMost(1));
    let throttled = Fault::Throttle429 {
        retry_after: Some(1),
    };
    health.world.faults([
        once(rule(Operation::ServiceIssues, throttled)),
        once(rule(
            Operation::HealthOverviews,
            Fault::service_unavailable(),
        )),
        once(rule(Operation::ServiceMessages, Fault::CutBody)),
        once(rule(Operation::ServiceMessages, Fault::StaleToken)),
    ]);
    let report = health.run().await?;
    assert_eq!((report.outcome(), report.events), (Outcome::Complete, 11));
    assert_eq!(report.requests.throttled, 1);
    assert!(report.requests.retried >= 4, "{:?}", report.requests);
    assert_eq!(
        health.world.simulator.fault_counts().values().sum::<u64>(),
        4
    );
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_that_stays_is_named_and_the_rest_is_in_the_lake() -> Result<()> {
    let health = Health::of_graph().await?;
    health
        .world
        .faults([rule(Operation::ServiceIssues, Fault::internal_error())]);
    let report = health.run().await?;
    assert_eq!(report.outcome(), Outcome::Gaps);
    let [gap] = report.gaps.as_slice() else {
        panic!("{:?}", report.gaps)
    };
    assert_eq!(
        (gap.content_type.as_str(), gap.reason),
        ("ServiceHealth", GapReason::Failed)
    );
    assert_eq!(
        report.content_types["ServiceMessages"].status,
        ContentTypeStatus::Complete
    );
    assert_eq!(health.kinds()?, json!([["message", 2], ["status", 3]]));
    health.world.faults([]);
    assert_eq!(health.run().await?.events, 6, "had later");
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_next_page_elsewhere_is_not_followed() -> Result<()> {
    let health = Health::of_graph().await?;
    let tenant = health.world.tenant();
    health.world.simulator.announce(&tenant, |all| {
        let issue = all.issues[0].clone();
        all.issues = (0..150)
            .map(|number| {
                let mut issue = issue.clone();
                issue["id"] = json!(format!("EX{number}"));
                issue
            })
            .collect();
    });
    let elsewhere = Fault::ForeignNextPage("http://elsewhere.invalid".to_owned());
    health
        .world
        .faults([rule(Operation::ServiceIssues, elsewhere)]);
    let report = health.run().await?;
    assert_eq!(report.gaps[0].reason, GapReason::RefusedUri);
    let issues = "SELECT count(*) FROM service_health WHERE kind = 'issue'";
    assert_eq!(
        json!(health.ask(issues)?),
        json!([[100]]),
        "the first page is there"
    );
    health.world.faults([]);
    health.run().await?;
    assert_eq!(json!(health.ask(issues)?), json!([[150]]));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_permission_is_named_and_two_of_them_end_the_run() -> Result<()> {
    let without = |roles: &'static [&'static str]| {
        move |tenant: &mut TenantConfig| {
            tenant.graph_roles = roles.iter().map(ToString::to_string).collect();
        }
    };
    let health = Health::with(HealthApi::Graph, without(&["ServiceHealth.Read.All"])).await?;
    let report = health.run().await?;
    assert_eq!(report.outcome(), Outcome::Gaps);
    let messages = &report.content_types["ServiceMessages"];
    assert_eq!(messages.status, ContentTypeStatus::Unavailable);
    let reason = messages.reason.clone().unwrap_or_default();
    assert!(reason.contains("`ServiceMessage.Read.All`"), "{reason}");
    assert_eq!(health.kinds()?[0], json!(["issue", 2]));

    let denied = Health::with(HealthApi::Graph, without(&[])).await?;
    let error = denied.run().await.unwrap_err();
    assert!(
        matches!(&error, Error::Permission(words) if words.contains("`ServiceHealth.Read.All`")),
        "{error}"
    );
    let retired = Health::with(HealthApi::ServiceCommunications, without(&[])).await?;
    let error = retired.run().await.unwrap_err();
    assert!(
        matches!(&error, Error::Permission(words) if words.contains("ServiceHealth.Read")),
        "{error}"
    );
    Ok(())
}
