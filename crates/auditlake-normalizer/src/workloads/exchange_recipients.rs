//! Whom rules, forwarding and copies of Exchange Online send messages to, and the device that asked for it.

use crate::event::Event;
use crate::schema::path::{at, list};

/// Adds a resource of type `Message Recipient`.
pub(super) fn add(event: &mut Event<'_, '_>, recipient: String) {
    event.element(list!("resources"), |event| {
        event.set(at!("resources.name"), recipient);
        event.set(at!("resources.type"), "Message Recipient");
        event.set_id(
            at!("resources.role_id"),
            at!("resources.role"),
            (4, "Related"),
        );
    });
}

/// `DeviceId`, which only registered and joined devices have.
pub(super) fn set_device(event: &mut Event<'_, '_>) {
    if event.copy("DeviceId", at!("device.uid")) {
        event.set_id(at!("device.type_id"), at!("device.type"), (0, "Unknown"));
    }
}

/// The addresses in a parameter's value: `a@x;b@y`, `smtp:a@x`, `"Alex" [SMTP:a@x]`. One in another form is kept as sent.
pub(super) fn addresses(value: &str) -> Vec<String> {
    value
        .split(';')
        .map(|part| address(part.trim()).to_owned())
        .filter(|address| !address.is_empty())
        .collect()
}

fn address(part: &str) -> &str {
    let inner = part
        .rsplit_once('[')
        .and_then(|(_, rest)| rest.strip_suffix(']'))
        .filter(|inner| inner.contains(':'))
        .unwrap_or(part);
    let bare = match inner.split_once(':') {
        Some((kind, rest)) if kind.eq_ignore_ascii_case("smtp") => rest,
        _ => inner,
    };
    bare.trim().trim_matches('"')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_in_the_forms_of_parameters() {
        for (value, expected) in [
            ("drop@mail.example", vec!["drop@mail.example"]),
            ("smtp:drop@mail.example", vec!["drop@mail.example"]),
            ("SMTP:drop@mail.example", vec!["drop@mail.example"]),
            (
                "a@mail.example; b@mail.example",
                vec!["a@mail.example", "b@mail.example"],
            ),
            (
                "\"Doe, Kim\" [SMTP:kim@mail.example]",
                vec!["kim@mail.example"],
            ),
            (
                "[EX:/o=ExchangeLabs/cn=Recipients/cn=kim]",
                vec!["EX:/o=ExchangeLabs/cn=Recipients/cn=kim"],
            ),
            ("Kim Doe", vec!["Kim Doe"]),
            ("", vec![]),
        ] {
            assert_eq!(addresses(value), expected, "{value}");
        }
    }
}
