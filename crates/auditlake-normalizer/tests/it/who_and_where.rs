//! Who did it, from where, and whether it worked: the members in which a wrong word does harm, in every form that
//! Microsoft's records have them.

use std::io;

use serde_json::{Value, json};

use crate::fixtures::{event_json, normalize};

/// The event of a sign-in with these members changed.
fn event(changes: &Value) -> io::Result<Value> {
    let mut record = json!({
        "CreationTime": "2026-05-04T10:00:00",
        "Id": "6b1f3001-3c2d-4e5f-8a9b-0c1d2e3f3001",
        "Operation": "UserLoggedIn",
        "OrganizationId": "5d4c6b1e-0f5a-4f0c-9a51-2f6f3f1c7a10",
        "RecordType": 15,
        "UserType": 0,
        "Workload": "AzureActiveDirectory",
        "UserId": "alex@contoso.example",
    });
    for (name, value) in changes.as_object().into_iter().flatten() {
        record[name] = value.clone();
    }
    let event = event_json(&normalize(&record.to_string()))?;
    Ok(serde_json::from_str(&event)?)
}

#[test]
fn a_sign_in_is_what_its_operation_says() -> io::Result<()> {
    let results = [
        "Success",
        "Succeeded",
        "True",
        "Failed",
        "False",
        "PartiallySucceeded",
        "",
    ];
    for (operation, expected) in [("UserLoggedIn", 1), ("UserLoginFailed", 2)] {
        for result in results {
            for error in [json!("0"), json!("50140"), json!(50126), json!(null)] {
                let event = event(
                    &json!({"Operation": operation, "ResultStatus": result, "ErrorNumber": error}),
                )?;
                assert_eq!(event["status_id"], expected, "{operation} {result} {error}");
                assert_eq!(event["class_uid"], 3002, "{operation} {result} {error}");
            }
        }
    }
    Ok(())
}

#[test]
fn an_address_is_read_or_stays_where_it_was() -> io::Result<()> {
    for (sent, ip, port) in [
        ("192.0.2.1", json!("192.0.2.1"), json!(null)),
        ("192.0.2.1:50123", json!("192.0.2.1"), json!(50123)),
        ("2001:db8::1", json!("2001:db8::1"), json!(null)),
        ("[2001:db8::1]:50123", json!("2001:db8::1"), json!(50123)),
        ("[2001:db8::1]", json!("2001:db8::1"), json!(null)),
        ("::ffff:192.0.2.1", json!("192.0.2.1"), json!(null)),
        ("::1", json!("::1"), json!(null)),
        ("fe80::1%eth0", json!("fe80::1"), json!(null)),
    ] {
        let event = event(&json!({"ClientIP": sent}))?;
        assert_eq!(event["src_endpoint"]["ip"], ip, "{sent}");
        assert_eq!(event["src_endpoint"]["port"], port, "{sent}");
        assert_eq!(event["unmapped"]["ClientIP"], json!(null), "{sent}");
    }
    for sent in [
        json!("dc01.contoso.example"),
        json!("<null>"),
        json!("192.0.2"),
        json!("192.0.2.1:99999"),
        json!("203.0.113.300"),
        json!(["192.0.2.1"]),
        json!({"Address": "192.0.2.1"}),
        json!(7),
    ] {
        let event = event(&json!({"ClientIP": sent}))?;
        assert_eq!(event["src_endpoint"]["ip"], json!(null), "{sent}");
        assert_eq!(event["unmapped"]["ClientIP"], sent, "{sent}");
    }
    for silent in [json!(""), json!(null)] {
        let event = event(&json!({"ClientIP": silent}))?;
        assert_eq!(event["src_endpoint"]["ip"], json!(null), "{silent}");
    }
    Ok(())
}

#[test]
fn several_addresses_are_one_column_and_what_is_left() -> io::Result<()> {
    let event = event(
        &json!({"ClientIPAddress": "192.0.2.1", "ClientIP": "192.0.2.1:443", "ActorIpAddress": "192.0.2.9"}),
    )?;
    assert_eq!(event["src_endpoint"]["ip"], "192.0.2.1");
    assert_eq!(event["unmapped"]["ClientIP"], json!(null));
    assert_eq!(event["unmapped"]["ActorIpAddress"], "192.0.2.9");
    Ok(())
}

/// OCSF user types: 1 User, 2 Admin, 3 System, 4 Service, 99 Other.
#[test]
fn accounts_of_the_system_are_no_administrators() -> io::Result<()> {
    for (user, user_type, expected) in [
        ("alex@contoso.example", json!(0), 1),
        ("alex@contoso.example", json!("Regular"), 1),
        ("alex@contoso.example", json!(2), 2),
        ("operator@datacenter.example", json!(3), 2),
        (
            r"NT AUTHORITY\SYSTEM (Microsoft.Exchange.ServiceHost)",
            json!(3),
            3,
        ),
        (r"nt authority\system (w3wp)", json!("DcAdmin"), 3),
        (r"NT AUTHORITY\SYSTEM (w3wp)", json!(2), 3),
        (r"SHAREPOINT\system", json!(3), 3),
        ("S-1-5-18", json!(2), 3),
        ("Certificate", json!(4), 3),
        ("SecurityComplianceAlerts", json!(4), 3),
        ("app@sharepoint", json!(0), 4),
        (
            "ServicePrincipal_6b1f0904-3c2d-4e5f-8a9b-0c1d2e3f0904",
            json!(4),
            4,
        ),
        ("Contoso Sync", json!(5), 4),
        ("pat@partner.example", json!(10), 99),
        ("kim@partner.example", json!("9"), 99),
        ("urn:spo:guest#pat@partner.example", json!(0), 99),
        ("urn:spo:anon#0a1b2c", json!(0), 99),
        ("alex@contoso.example", json!(42), 99),
    ] {
        let event = event(&json!({"UserId": user, "UserType": user_type}))?;
        let actor = &event["actor"]["user"];
        assert_eq!(actor["type_id"], expected, "{user} {user_type}");
        assert_eq!(actor["name"], user, "as sent");
    }
    Ok(())
}

#[test]
fn keys_go_where_their_form_says_or_stay() -> io::Result<()> {
    let guid = "6b1f0901-3c2d-4e5f-8a9b-0c1d2e3f0901";
    let puid = "1003200112345678";
    let sid = "S-1-5-21-1111111111-2222222222-3333333333-1001";
    let live = format!("i:0h.f|membership|{puid}@live.com");
    let upn = format!("{puid}@contoso.example");
    for (key, uid, uid_alt, stays) in [
        (guid, Some(guid), None, false),
        (puid, None, Some(puid), false),
        (sid, None, Some(sid), false),
        (live.as_str(), None, Some(puid), true),
        (upn.as_str(), None, Some(puid), true),
        (
            "i:0i.t|00000003-0000-0ff1-ce00-000000000000|app@sharepoint",
            None,
            None,
            true,
        ),
        ("Not Available", None, None, true),
        ("", None, None, false),
    ] {
        let event = event(&json!({"UserKey": key}))?;
        let actor = &event["actor"]["user"];
        assert_eq!(actor["uid"], json!(uid), "{key}");
        assert_eq!(actor["uid_alt"], json!(uid_alt), "{key}");
        assert_eq!(event["unmapped"]["UserKey"] == key, stays, "{key}");
    }
    Ok(())
}

#[test]
fn times_are_utc_in_every_spelling() -> io::Result<()> {
    for (sent, expected) in [
        ("2026-05-04T10:00:00", 1_777_888_800_000_i64),
        ("2026-05-04T10:00:00Z", 1_777_888_800_000),
        ("2026-05-04 10:00:00", 1_777_888_800_000),
        ("2026-05-04T12:00:00.250+02:00", 1_777_888_800_250),
    ] {
        let event = event(&json!({"CreationTime": sent}))?;
        assert_eq!(event["time"], expected, "{sent}");
        assert_eq!(event["metadata"]["original_time"], sent);
    }
    Ok(())
}
