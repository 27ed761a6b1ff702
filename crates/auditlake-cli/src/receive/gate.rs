//! Who may post, and about which connections.

use auditlake_pipeline::{Announcement, Connection, Secret};
use subtle::{Choice, ConstantTimeEq};

/// The connections that have a webhook.
#[derive(Debug)]
pub(crate) struct Gate(Vec<Entry>);

/// A connection, and by what the service is known that posts about it.
#[derive(Debug)]
struct Entry {
    connection: String,
    tenant_id: String,
    /// Empty for the identity of a machine itself, which has no id here.
    client_id: String,
    auth_id: Secret,
}

/// The connections that somebody with a certain auth id may post about: at least one.
#[derive(Debug)]
pub(super) struct Admitted<'a>(Vec<&'a Entry>);

impl Gate {
    /// Connections, each with the auth id of its webhook.
    pub(crate) fn new<'a>(
        connections: impl IntoIterator<Item = &'a Connection>,
        auth_ids: impl IntoIterator<Item = Secret>,
    ) -> Self {
        let entry = |(connection, auth_id): (&Connection, Secret)| Entry {
            connection: connection.name.clone(),
            tenant_id: connection.client.tenant_id.clone(),
            client_id: connection.client.client_id.clone(),
            auth_id,
        };
        Self(connections.into_iter().zip(auth_ids).map(entry).collect())
    }

    /// Whom this auth id stands for, if anybody. How long that takes says nothing of the auth ids but their lengths.
    pub(super) fn admit(&self, auth_id: &[u8]) -> Option<Admitted<'_>> {
        let is_same = |entry: &Entry| entry.auth_id.expose().as_bytes().ct_eq(auth_id);
        let judged: Vec<(&Entry, Choice)> = self.0.iter().map(|it| (it, is_same(it))).collect();
        let admitted = judged.into_iter().filter(|(_, same)| (*same).into());
        let admitted: Vec<&Entry> = admitted.map(|(entry, _)| entry).collect();
        (!admitted.is_empty()).then_some(Admitted(admitted))
    }
}

impl<'a> Admitted<'a> {
    /// The connections of the tenant and the application that an announcement names; none that are known by another auth
    /// id.
    pub(super) fn of(&self, announced: &Announcement) -> impl Iterator<Item = &'a str> {
        let is_meant = |entry: &&Entry| {
            let is_client = entry.client_id.is_empty()
                || entry.client_id.eq_ignore_ascii_case(&announced.client_id);
            is_client && entry.tenant_id.eq_ignore_ascii_case(&announced.tenant_id)
        };
        let entries = self.0.iter().copied().filter(is_meant);
        entries.map(|entry| entry.connection.as_str())
    }
}

#[cfg(test)]
pub(super) mod tests {
    use auditlake_pipeline::{ClientConfig, ContentType, WebhookPost};
    use jiff::Timestamp;
    use serde_json::json;

    use super::*;

    pub(in crate::receive) const TENANT: &str = "11111111-2222-3333-4444-aaaaaaaaaaaa";
    pub(in crate::receive) const CLIENT: &str = "66666666-7777-8888-9999-000000000000";

    /// Two connections with auth ids of their own.
    pub(in crate::receive) fn gate() -> Gate {
        let connection = |name: &str, tenant: &str| {
            let address: url::Url = "http://127.0.0.1:1/".parse().unwrap();
            let secret = Secret::new("s".to_owned());
            let client = ClientConfig::new(address.clone(), address, tenant, CLIENT, secret);
            Connection::new(Some(name.to_owned()), client).unwrap()
        };
        let connections = [
            connection("contoso", TENANT),
            connection("fabrikam", &TENANT.replace('a', "b")),
        ];
        let auth_ids = ["of-contoso", "of-fabrikam"].map(|it| Secret::new(it.to_owned()));
        Gate::new(&connections, auth_ids)
    }

    fn announced(tenant: &str, client: &str) -> Announcement {
        let element = json!([{
            "tenantId": tenant, "clientId": client, "contentType": ContentType::Dlp.as_str(),
            "contentId": "a", "contentUri": "https://manage.office.com/a",
        }]);
        let read = WebhookPost::read(element.to_string().as_bytes(), Timestamp::UNIX_EPOCH);
        let Some(WebhookPost::Announcements { announcements, .. }) = read else {
            panic!("an array");
        };
        announcements.into_iter().next().unwrap()
    }

    #[test]
    fn an_auth_id_is_good_for_its_own_connection_alone() {
        let gate = gate();
        let of = |auth_id: &str, tenant: &str, client: &str| -> Option<Vec<String>> {
            let admitted = gate.admit(auth_id.as_bytes())?;
            let announced = announced(tenant, client);
            let names = admitted.of(&announced);
            Some(names.map(str::to_owned).collect())
        };
        let contoso = Some(vec!["contoso".to_owned()]);
        assert_eq!(of("of-contoso", TENANT, CLIENT), contoso);
        // GUIDs compare without regard to case.
        assert_eq!(of("of-contoso", &TENANT.to_uppercase(), CLIENT), contoso);
        assert_eq!(of("of-fabrikam", TENANT, CLIENT), Some(Vec::new()));
        assert_eq!(of("of-contoso", TENANT, TENANT), Some(Vec::new()));
        for wrong in ["", "of-contos", "of-contoso ", "OF-CONTOSO"] {
            assert_eq!(of(wrong, TENANT, CLIENT), None, "{wrong}");
        }
    }

    #[test]
    fn nobody_is_told_an_auth_id() {
        assert!(!format!("{:?}", gate()).contains("of-contoso"));
    }
}
