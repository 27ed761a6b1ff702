//! The `events` table as a JSON Schema: what printed events look like.

use serde_json::{Map, Value, json};

use super::column::{Column, Kind, Object};
use super::{EVENTS, OCSF_VERSION, PROVENANCE, SERVICE_HEALTH};
use crate::class::{CLASSES, Class};

/// Attributes that every event has, whatever its class.
const EVERY_EVENT: &[&str] = &[
    "time",
    "class_uid",
    "class_name",
    "category_uid",
    "activity_id",
    "type_uid",
    "severity_id",
    "metadata",
];

/// The JSON Schema (draft 2020-12) of an event as `write_ndjson` prints it.
pub fn json_schema() -> Value {
    let printed: Vec<&Column> = EVENTS.iter().filter(|c| c.name != PROVENANCE).collect();
    let classes: Vec<Value> = CLASSES.iter().map(|class| of_class(class)).collect();
    let mut schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": format!("Auditlake event, OCSF {OCSF_VERSION}"),
        "description": "A Microsoft 365 audit record as an OCSF event: one line of `auditlake normalize --to ndjson`.",
        "required": EVERY_EVENT,
        "oneOf": classes,
    });
    if let (Value::Object(schema), Value::Object(members)) = (&mut schema, members(printed)) {
        schema.extend(members);
    }
    schema
}

/// The JSON Schema (draft 2020-12) of a row of the `service_health` table.
pub fn service_health_json_schema() -> Value {
    let mut schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Auditlake service health",
        "description": "What Microsoft announces of its services: a row of the table `service_health`; columns that are null are left out.",
        "required": ["uid", "kind", "time", "api", "connection", "tenant_uid", "logged_time"],
    });
    if let (Value::Object(schema), Value::Object(members)) = (&mut schema, members(SERVICE_HEALTH))
    {
        schema.extend(members);
    }
    schema
}

/// What an event of a class has to say.
fn of_class(class: &Class) -> Value {
    let activities: Vec<u8> = class.activities.iter().map(|(id, _)| *id).collect();
    let activities: Vec<u8> = [0].into_iter().chain(activities).chain([99]).collect();
    let mut schema = json!({
        "title": class.caption,
        "properties": {
            "class_uid": {"const": class.uid},
            "class_name": {"const": class.caption},
            "category_uid": {"const": class.category_uid()},
            "activity_id": {"enum": activities},
        },
    });
    demand(&mut schema, class.required, class.any_of);
    schema
}

/// Adds what must be there: each of `all_of`, one of `any_of`.
fn demand(schema: &mut Value, all_of: &[&str], any_of: &[&str]) {
    if !all_of.is_empty() {
        schema["required"] = json!(all_of);
    }
    if !any_of.is_empty() {
        let choices: Vec<Value> = any_of.iter().map(|n| json!({"required": [n]})).collect();
        schema["anyOf"] = json!(choices);
    }
}

/// An object with these members and no others.
fn members<'c>(columns: impl IntoIterator<Item = &'c Column>) -> Value {
    let properties: Map<String, Value> = columns
        .into_iter()
        .map(|column| (column.name.to_owned(), described(column)))
        .collect();
    json!({"type": "object", "properties": properties, "additionalProperties": false})
}

fn described(column: &Column) -> Value {
    let mut schema = value(&column.kind);
    // The members that no column took are an object; other JSON may be anything.
    if column.name == "unmapped" {
        schema["type"] = json!("object");
    }
    schema["description"] = json!(column.doc);
    schema
}

fn value(kind: &Kind) -> Value {
    match kind {
        Kind::Text => json!({"type": "string", "minLength": 1}),
        Kind::Json => json!({}),
        Kind::Int => json!({"type": "integer", "minimum": i32::MIN, "maximum": i32::MAX}),
        Kind::Long => json!({"type": "integer", "minimum": i64::MIN, "maximum": i64::MAX}),
        Kind::Bool => json!({"type": "boolean"}),
        Kind::DateTime => json!({"type": "string", "format": "date-time"}),
        Kind::TextList => list(&value(&Kind::Text)),
        Kind::IntList => list(&value(&Kind::Int)),
        Kind::Object(object) => self::object(object),
        Kind::List(object) => list(&self::object(object)),
    }
}

fn object(object: &Object) -> Value {
    let mut schema = members(object.columns);
    demand(&mut schema, object.all_of, object.any_of);
    schema
}

fn list(item: &Value) -> Value {
    json!({"type": "array", "items": item, "minItems": 1})
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn provenance_is_not_printed_and_objects_demand_their_own() {
        let schema = json_schema();
        let properties = &schema["properties"];
        assert!(properties.get(PROVENANCE).is_none());
        assert_eq!(properties["unmapped"]["type"], "object");
        assert_eq!(
            properties["metadata"]["required"],
            json!(["version", "product"])
        );
        assert_eq!(properties["time"]["type"], "integer");
    }

    #[test]
    fn each_class_is_there_with_what_it_demands() {
        let schema = json_schema();
        let classes = schema["oneOf"].as_array().unwrap();
        assert_eq!(classes.len(), CLASSES.len());
        let hosting = classes
            .iter()
            .find(|class| class["title"] == "File Hosting Activity")
            .unwrap();
        assert_eq!(
            hosting["required"],
            json!(["actor", "file", "src_endpoint"])
        );
    }
}
