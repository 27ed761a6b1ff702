//! The `service_health` table: what Microsoft announces of its services, as events in time.

use std::sync::{Arc, LazyLock};

use arrow::datatypes::{Schema, SchemaRef};

use super::column::Column;
use super::fields;

/// Directory of the table in a lake, and its name.
pub const SERVICE_HEALTH_DIRECTORY: &str = "service_health";
/// Partition of the table: the UTC day of `time`, which only the path has.
pub const SERVICE_HEALTH_PARTITION: &str = "event_day";

/// The columns, in their order.
pub const SERVICE_HEALTH: &[Column] = &[
    Column::text(
        "uid",
        "Identity of the row, in hexadecimal: what it is, of which tenant, and when it was changed. No two rows have the same.",
    ),
    Column::text(
        "kind",
        "`issue` (an issue as it was when it was changed), `post` (of an issue), `message` (of the message center, as it \
         was when it was changed), `status` (of a service), or `service` (one that the tenant has; from the retired API \
         alone).",
    ),
    Column::datetime(
        "time",
        "When it happened: the change of an issue or message, the creation of a post, the look at a status, or the day \
         that a past status is of.",
    ),
    Column::text(
        "id",
        "Microsoft's id: of the issue (`EX…`) for issues and their posts, of the message (`MC…`), of the service.",
    ),
    Column::text(
        "service",
        "Name of the service; null for messages of several services.",
    ),
    Column::texts("services", "Names of all services that it is about."),
    Column::text(
        "status",
        "Status of the issue or service, as Graph spells it (`serviceDegradation`, `serviceRestored`); unknown ones are \
         kept.",
    ),
    Column::text(
        "title",
        "Title of the issue or message; for posts, that of their issue.",
    ),
    Column::text(
        "classification",
        "`incident` or `advisory`; in the retired API the type of the message.",
    ),
    Column::text(
        "origin",
        "Who caused the issue: `microsoft`, `thirdParty`, `customer`.",
    ),
    Column::text("feature", "The part of the service that is affected."),
    Column::text("feature_group", "The group of that part."),
    Column::text("impact_description", "What users notice."),
    Column::bool("is_resolved", "Whether the issue is over."),
    Column::datetime(
        "start_time",
        "When the issue, or what the message is about, begins.",
    ),
    Column::datetime("end_time", "When it ends; null as long as that is open."),
    Column::datetime(
        "last_modified_time",
        "When Microsoft changed the issue or message last.",
    ),
    Column::text("post_type", "`regular`, `quick` or `strategic`."),
    Column::text("content", "Text of the post or message, as it came."),
    Column::text("content_type", "`html` or `text`."),
    Column::text(
        "category",
        "Of a message: `preventOrFixIssue`, `planForChange`, `stayInformed`.",
    ),
    Column::text("severity", "Of a message: `normal`, `high`, `critical`."),
    Column::texts("tags", "Tags of a message."),
    Column::bool(
        "is_major_change",
        "Whether a message announces a major change.",
    ),
    Column::datetime(
        "action_required_by_time",
        "When a message asks to have acted.",
    ),
    Column::json(
        "details",
        "Further details of the issue or message: names and values.",
    ),
    Column::text(
        "api",
        "Where it came from: `graph`, or `service_communications`, the retired API.",
    ),
    Column::text("connection", "Connection that fetched it."),
    Column::text("tenant_uid", "The tenant's GUID."),
    Column::datetime("logged_time", "When it was fetched."),
    Column::json(
        "raw_data",
        "The object as it came. That of an issue holds its posts; that of a post is the post.",
    ),
];

static SCHEMA: LazyLock<SchemaRef> =
    LazyLock::new(|| Arc::new(Schema::new(fields(SERVICE_HEALTH))));

/// The Arrow schema of the `service_health` table.
pub fn service_health_schema() -> SchemaRef {
    Arc::clone(&SCHEMA)
}
