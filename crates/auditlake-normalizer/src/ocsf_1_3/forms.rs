//! What OCSF 1.3.0 has of each class, told by its difference from 1.8.0.
//!
//! Source: OCSF 1.3.0, class definitions (<https://schema.ocsf.io/1.3.0/classes>).

use crate::class::{self, Class};
use crate::rules::EVERYWHERE;
use crate::schema::column::Profile;

/// A class as OCSF 1.3.0 has it.
#[derive(Debug)]
pub(super) struct Form {
    pub(super) class: &'static Class,
    /// Profiles that the class knows, of those that our attributes need.
    profiles: &'static [Profile],
    /// Activities after this one came with a later version.
    last_activity: u8,
    /// Attributes that only 1.8.0 has in this class without a profile.
    not_native: &'static [&'static str],
    /// Attributes of which an event needs at least one, beside what 1.8.0 demands.
    pub(super) any_of: &'static [&'static str],
    /// Lists of which the class has one element only, and what it is called then.
    single: &'static [(&'static str, &'static str)],
}

/// Whether a class has an attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Has {
    Yes,
    With(Profile),
    No,
}

const PLAIN: &[Profile] = &[
    Profile::Cloud,
    Profile::DataClassification,
    Profile::DateTime,
];
const PLAIN_CONTROL: &[Profile] = &[
    Profile::Cloud,
    Profile::DataClassification,
    Profile::DateTime,
    Profile::SecurityControl,
];
const HOST: &[Profile] = &[
    Profile::Cloud,
    Profile::DataClassification,
    Profile::DateTime,
    Profile::Host,
];
const HOST_CONTROL: &[Profile] = &[
    Profile::Cloud,
    Profile::DataClassification,
    Profile::DateTime,
    Profile::Host,
    Profile::SecurityControl,
];

/// The classes that an event of ours can be in OCSF 1.3.0. HTTP Activity is none of them: it demands the response and
/// the endpoint that answered, which no audit record tells.
static FORMS: &[Form] = &[
    form(&class::BASE_EVENT, PLAIN, 0),
    form(&class::FILE_SYSTEM_ACTIVITY, HOST_CONTROL, 14),
    form(&class::EVENT_LOG_ACTIVITY, HOST_CONTROL, 10),
    form(&class::DETECTION_FINDING, HOST_CONTROL, 3).without(&["device", "is_alert", "malware"]),
    form(&class::DATA_SECURITY_FINDING, HOST_CONTROL, 4).without(&["actor", "device", "is_alert"]),
    form(&class::ACCOUNT_CHANGE, HOST, 11),
    form(&class::AUTHENTICATION, HOST, 6),
    form(&class::ENTITY_MANAGEMENT, HOST, 13).without(&["actor"]),
    form(&class::USER_ACCESS, HOST, 2)
        .without(&["actor"])
        .single(&[("resources", "resource")]),
    form(&class::GROUP_MANAGEMENT, HOST, 6)
        .without(&["actor", "subgroup"])
        .any_of(&["privileges", "user"]),
    form(&class::EMAIL_ACTIVITY, HOST_CONTROL, 3),
    form(&class::WEB_RESOURCES_ACTIVITY, HOST_CONTROL, 8),
    form(&class::APPLICATION_LIFECYCLE, HOST, 8),
    form(&class::API_ACTIVITY, PLAIN, 4),
    form(&class::DATASTORE_ACTIVITY, PLAIN_CONTROL, 10),
    form(&class::FILE_HOSTING, PLAIN, 16).without(&["http_request", "share", "access_list"]),
];

/// The form of a class, if an event of ours can be one.
pub(super) fn of(class: &Class) -> Option<&'static Form> {
    FORMS.iter().find(|form| form.class.uid == class.uid)
}

const fn form(class: &'static Class, profiles: &'static [Profile], last_activity: u8) -> Form {
    Form {
        class,
        profiles,
        last_activity,
        not_native: &[],
        any_of: &[],
        single: &[],
    }
}

impl Form {
    const fn without(mut self, names: &'static [&'static str]) -> Self {
        self.not_native = names;
        self
    }

    const fn any_of(mut self, names: &'static [&'static str]) -> Self {
        self.any_of = names;
        self
    }

    const fn single(mut self, names: &'static [(&'static str, &'static str)]) -> Self {
        self.single = names;
        self
    }

    /// Whether the class has a top-level attribute.
    pub(super) fn has(&self, attribute: &str) -> Has {
        let everywhere = EVERYWHERE.contains(&attribute) && attribute != "auditlake";
        let native =
            self.class.native.contains(&attribute) && !self.not_native.contains(&attribute);
        if everywhere || native || self.single_name(attribute).is_some() {
            return Has::Yes;
        }
        profile_of(attribute)
            .filter(|profile| self.profiles.contains(profile))
            .map_or(Has::No, Has::With)
    }

    /// What the one element is called that the class has of a list.
    pub(super) fn single_name(&self, attribute: &str) -> Option<&'static str> {
        let known = self.single.iter().find(|(list, _)| *list == attribute);
        known.map(|(_, name)| *name)
    }

    /// Whether the class has this activity.
    pub(super) fn has_activity(&self, id: u8) -> bool {
        id <= self.last_activity || id == 99
    }

    /// Whether the class knows what a control did.
    pub(super) fn knows_control(&self) -> bool {
        self.profiles.contains(&Profile::SecurityControl)
    }
}

/// The profile that brings an attribute into a class that does not have it natively.
fn profile_of(attribute: &str) -> Option<Profile> {
    match attribute {
        "cloud" | "api" => Some(Profile::Cloud),
        "actor" | "device" => Some(Profile::Host),
        "action_id" | "action" | "disposition_id" | "disposition" | "malware" => {
            Some(Profile::SecurityControl)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_class_lacks_it_has_in_the_newer_version() {
        for form in FORMS {
            for name in form.not_native {
                assert!(
                    form.class.native.contains(name),
                    "{}: {name}",
                    form.class.caption
                );
            }
        }
    }

    #[test]
    fn an_attribute_is_there_by_class_or_profile() {
        for (class, attribute, expected) in [
            (&class::API_ACTIVITY, "actor", Has::Yes),
            (&class::USER_ACCESS, "actor", Has::With(Profile::Host)),
            (&class::BASE_EVENT, "actor", Has::No),
            (&class::USER_ACCESS, "resources", Has::Yes),
            (&class::FILE_HOSTING, "http_request", Has::No),
            (&class::FILE_HOSTING, "action_id", Has::No),
            (
                &class::DETECTION_FINDING,
                "malware",
                Has::With(Profile::SecurityControl),
            ),
            (&class::DETECTION_FINDING, "policy", Has::No),
            (&class::DETECTION_FINDING, "auditlake", Has::No),
        ] {
            let has = of(class).map(|form| form.has(attribute));
            assert_eq!(has, Some(expected), "{}.{attribute}", class.caption);
        }
    }
}
