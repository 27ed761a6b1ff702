//! One audit record while it is being made.

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::Value;

use super::population::Actor;
use super::scene::Scene;

/// A record's members in the order they will be written.
#[derive(Debug, Clone)]
pub(super) struct Record {
    members: Vec<(String, Value)>,
    escapes_slashes: bool,
}

impl Record {
    /// The members every record has (schema page, "Common schema"), in the service's usual order.
    pub(super) fn new(
        scene: &mut Scene<'_>,
        operation: impl Into<String>,
        record_type: u32,
        workload: &str,
        actor: &Actor,
    ) -> Self {
        let empty = Self {
            members: Vec::with_capacity(24),
            escapes_slashes: false,
        };
        empty
            .with("CreationTime", scene.time())
            .with("Id", scene.record_id(record_type))
            .with("Operation", operation.into())
            .with("OrganizationId", scene.organization)
            .with("RecordType", record_type)
            .with("UserKey", actor.key.as_str())
            .with("UserType", actor.user_type)
            .with("Version", 1)
            .with("Workload", workload)
            .with("UserId", actor.id.as_str())
    }

    /// With this member, in place of one of the same name if there is one.
    pub(super) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        let value = value.into();
        match self.members.iter_mut().find(|(known, _)| known == name) {
            Some((_, old)) => *old = value,
            None => self.members.push((name.to_owned(), value)),
        }
        self
    }

    /// With this member if there is a value.
    pub(super) fn with_some(self, name: &str, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// With all members of an object.
    pub(super) fn with_all(self, object: Value) -> Self {
        let Value::Object(members) = object else {
            return self;
        };
        members
            .into_iter()
            .fold(self, |record, (name, value)| record.with(&name, value))
    }

    /// The text of a member, if it is one.
    pub(super) fn text_of(&self, name: &str) -> Option<&str> {
        let member = self.members.iter().find(|(known, _)| known == name);
        member.and_then(|(_, value)| value.as_str())
    }

    pub(super) fn without(mut self, name: &str) -> Self {
        self.members.retain(|(known, _)| known != name);
        self
    }

    /// Written with `\/`, as SharePoint's records are.
    pub(super) fn with_escaped_slashes(mut self) -> Self {
        self.escapes_slashes = true;
        self
    }

    /// The same record as the service repeats it: its members in another order.
    pub(super) fn reordered(mut self) -> Self {
        self.members.reverse();
        self
    }

    /// The JSON text.
    pub(super) fn text(&self) -> String {
        let text = serde_json::to_string(self).unwrap_or_default();
        // Outside of strings JSON has no slash.
        if self.escapes_slashes {
            text.replace('/', "\\/")
        } else {
            text
        }
    }
}

impl Serialize for Record {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.members.len()))?;
        for (name, value) in &self.members {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}
