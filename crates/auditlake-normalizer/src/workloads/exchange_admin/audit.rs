//! Cmdlets that switch what is logged.

use super::parameters::parameter;
use crate::event::Event;
use crate::record::{Record, as_bool};
use crate::schema::path::at;
use crate::status::SEVERITIES;

/// What a log is after the cmdlet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    On,
    Off,
}

/// A parameter that switches a log.
#[derive(Debug, PartialEq, Eq)]
struct Switch {
    cmdlet: &'static str,
    parameter: &'static str,
    /// The value that switches the log off.
    off: bool,
    /// Whether switching it on is an event of the log too: Exchange's own setup switches some on again and again.
    tells_on: bool,
    log: &'static str,
    provider: &'static str,
}

const EXCHANGE: &str = "Exchange Online";

/// Logs of the whole organization.
const LOGS: [Switch; 3] = [
    Switch {
        cmdlet: "Set-AdminAuditLogConfig",
        parameter: "UnifiedAuditLogIngestionEnabled",
        off: false,
        tells_on: true,
        log: "Unified Audit Log",
        provider: "Microsoft Purview",
    },
    Switch {
        cmdlet: "Set-AdminAuditLogConfig",
        parameter: "AdminAuditLogEnabled",
        off: false,
        tells_on: false,
        log: "Administrator Audit Log",
        provider: EXCHANGE,
    },
    Switch {
        cmdlet: "Set-OrganizationConfig",
        parameter: "AuditDisabled",
        off: true,
        tells_on: true,
        log: "Mailbox Audit Log",
        provider: EXCHANGE,
    },
];

/// Logging of one mailbox: the cmdlet, its parameter, the value that switches logging off.
const MAILBOX: [(&str, &str, bool); 2] = [
    ("Set-Mailbox", "AuditEnabled", false),
    (
        "Set-MailboxAuditBypassAssociation",
        "AuditBypassEnabled",
        true,
    ),
];

/// A log of the organization that the cmdlet switched, and to what.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Switched {
    switch: &'static Switch,
    state: State,
}

impl Switched {
    /// Activity of Event Log Activity: Enable, Disable.
    pub(super) fn activity(&self) -> u8 {
        match self.state {
            State::On => 9,
            State::Off => 10,
        }
    }
}

/// The log of the organization that a cmdlet switched.
pub(super) fn of_log(record: &Record<'_>) -> Option<Switched> {
    let cmdlet = record.text("Operation")?;
    let is_this = |switch: &&Switch| cmdlet.trim().eq_ignore_ascii_case(switch.cmdlet);
    LOGS.iter().filter(is_this).find_map(|switch| {
        let state = state(record, switch.parameter, switch.off)?;
        (state == State::Off || switch.tells_on).then_some(Switched { switch, state })
    })
}

/// What logging of one mailbox is after the cmdlet, if it is about that.
pub(super) fn of_mailbox(record: &Record<'_>) -> Option<State> {
    let cmdlet = record.text("Operation")?;
    MAILBOX
        .iter()
        .filter(|(known, _, _)| cmdlet.trim().eq_ignore_ascii_case(known))
        .find_map(|(_, parameter, off)| state(record, parameter, *off))
}

fn state(record: &Record<'_>, name: &str, off: bool) -> Option<State> {
    let value = as_bool(parameter(record, name)?.trim_start_matches('$'))?;
    Some(if value == off { State::Off } else { State::On })
}

/// The log itself: High when it goes off, since who covers tracks begins here.
pub(super) fn set_log(event: &mut Event<'_, '_>) {
    let Some(Switched { switch, state }) = of_log(event.record) else {
        return;
    };
    event.set(at!("log_name"), switch.log);
    event.set_id(at!("log_type_id"), at!("log_type"), (2, "Application"));
    event.set(at!("log_provider"), switch.provider);
    if state == State::Off {
        event.set_id(at!("severity_id"), at!("severity"), SEVERITIES[4]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(cmdlet: &str, parameter: &str, value: &str) -> String {
        let parameters = serde_json::json!([{"Name": parameter, "Value": value}]);
        serde_json::json!({"Operation": cmdlet, "Parameters": parameters}).to_string()
    }

    #[test]
    fn logs_go_off_and_on() {
        let check = |cmdlet: &str, parameter: &str, value: &str| {
            let json = record(cmdlet, parameter, value);
            let record = Record::parse(&json).expect("an object");
            of_log(&record).map(|switched| (switched.switch.log, switched.state))
        };
        let (unified, admin) = ("UnifiedAuditLogIngestionEnabled", "AdminAuditLogEnabled");
        let config = "Set-AdminAuditLogConfig";
        let log = |name, state| Some((name, state));
        for (got, expected) in [
            (
                check(config, unified, "False"),
                log("Unified Audit Log", State::Off),
            ),
            (
                check(config, unified, "$true"),
                log("Unified Audit Log", State::On),
            ),
            (
                check(config, admin, "False"),
                log("Administrator Audit Log", State::Off),
            ),
            (check(config, admin, "True"), None),
            (
                check("set-organizationconfig", "AuditDisabled", "True"),
                log("Mailbox Audit Log", State::Off),
            ),
            (
                check("Set-OrganizationConfig", "AuditDisabled", "False"),
                log("Mailbox Audit Log", State::On),
            ),
            (check("Get-AdminAuditLogConfig", unified, "False"), None),
            (check(config, unified, "perhaps"), None),
        ] {
            assert_eq!(got, expected);
        }
    }

    #[test]
    fn one_mailbox_is_no_log_of_the_organization() {
        for (cmdlet, parameter, value, expected) in [
            ("Set-Mailbox", "AuditEnabled", "False", Some(State::Off)),
            ("Set-Mailbox", "AuditEnabled", "True", Some(State::On)),
            (
                "Set-MailboxAuditBypassAssociation",
                "AuditBypassEnabled",
                "True",
                Some(State::Off),
            ),
            ("Set-Mailbox", "AuditOwner", "None", None),
        ] {
            let json = record(cmdlet, parameter, value);
            let record = Record::parse(&json).expect("an object");
            assert_eq!(of_mailbox(&record), expected, "{cmdlet} {parameter}");
            assert_eq!(of_log(&record), None);
        }
    }
}
