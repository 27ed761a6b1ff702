//! Class and activity of every cmdlet by its name.

use crate::class::{ACCOUNT_CHANGE, API_ACTIVITY, GROUP_MANAGEMENT, USER_ACCESS};
use crate::workloads::activity::{CREATE, DELETE, READ, UPDATE};
use crate::workloads::{Operation, op};

#[rustfmt::skip]
pub(super) const OPERATIONS: &[Operation] = &[
    // Permissions and roles
    op(&["Add-MailboxPermission", "Add-RecipientPermission", "Add-MailboxFolderPermission", "Set-MailboxFolderPermission", "Add-PublicFolderClientPermission", "New-ManagementRoleAssignment", "Add-ADPermission"], &USER_ACCESS, 1).sensitive(),
    op(&["Remove-MailboxPermission", "Remove-RecipientPermission", "Remove-MailboxFolderPermission", "Remove-PublicFolderClientPermission", "Remove-ManagementRoleAssignment", "Remove-ADPermission"], &USER_ACCESS, 2),
    // Accounts and groups
    op(&["New-Mailbox", "New-MailUser", "New-RemoteMailbox"], &ACCOUNT_CHANGE, 1),
    op(&["Enable-Mailbox"], &ACCOUNT_CHANGE, 2),
    op(&["Remove-Mailbox", "Remove-MailUser"], &ACCOUNT_CHANGE, 6),
    op(&["Disable-Mailbox"], &ACCOUNT_CHANGE, 5),
    op(&["Add-DistributionGroupMember", "Add-UnifiedGroupLinks"], &GROUP_MANAGEMENT, 3),
    op(&["Add-RoleGroupMember", "Update-RoleGroupMember"], &GROUP_MANAGEMENT, 3).sensitive(),
    op(&["Remove-DistributionGroupMember", "Remove-UnifiedGroupLinks", "Remove-RoleGroupMember"], &GROUP_MANAGEMENT, 4),
    op(&["New-DistributionGroup", "New-UnifiedGroup", "New-RoleGroup"], &GROUP_MANAGEMENT, 6),
    op(&["Remove-DistributionGroup", "Remove-UnifiedGroup", "Remove-RoleGroup"], &GROUP_MANAGEMENT, 5),
    // Where messages go
    op(&["New-InboxRule", "New-SweepRule", "New-TransportRule", "New-JournalRule", "New-InboundConnector", "New-OutboundConnector", "New-RemoteDomain"], &API_ACTIVITY, CREATE).sensitive(),
    op(&["Set-InboxRule", "Enable-InboxRule", "Set-SweepRule", "Enable-SweepRule", "Set-TransportRule", "Enable-TransportRule", "Disable-TransportRule", "Set-JournalRule", "Enable-JournalRule", "Disable-JournalRule", "Set-InboundConnector", "Set-OutboundConnector", "Set-RemoteDomain", "Set-AcceptedDomain"], &API_ACTIVITY, UPDATE).sensitive(),
    op(&["Remove-InboxRule", "Remove-SweepRule", "Remove-TransportRule", "Remove-JournalRule", "Remove-InboundConnector", "Remove-OutboundConnector", "Remove-RemoteDomain"], &API_ACTIVITY, DELETE).sensitive(),
    op(&["Disable-InboxRule", "Disable-SweepRule"], &API_ACTIVITY, UPDATE),
    // What is logged and what protects
    op(&["Set-AdminAuditLogConfig", "Set-MailboxAuditBypassAssociation", "Set-OrganizationConfig"], &API_ACTIVITY, UPDATE).sensitive(),
    op(&["Disable-SafeLinksRule", "Disable-SafeAttachmentRule", "Disable-AntiPhishRule", "Disable-MalwareFilterRule", "Disable-HostedContentFilterRule", "Disable-HostedOutboundSpamFilterRule", "Set-AntiPhishPolicy", "Set-MalwareFilterPolicy", "Set-SafeLinksPolicy", "Set-SafeAttachmentPolicy", "Set-AtpPolicyForO365", "Set-HostedContentFilterPolicy", "Set-HostedOutboundSpamFilterPolicy", "Set-HostedConnectionFilterPolicy", "Set-DkimSigningConfig", "Set-TenantAllowBlockListItems"], &API_ACTIVITY, UPDATE).sensitive(),
    op(&["New-TenantAllowBlockListItems"], &API_ACTIVITY, CREATE).sensitive(),
    op(&["Remove-SafeLinksPolicy", "Remove-SafeLinksRule", "Remove-SafeAttachmentPolicy", "Remove-SafeAttachmentRule", "Remove-AntiPhishPolicy", "Remove-AntiPhishRule", "Remove-MalwareFilterPolicy", "Remove-MalwareFilterRule", "Remove-HostedContentFilterPolicy", "Remove-HostedContentFilterRule", "Remove-HostedOutboundSpamFilterPolicy", "Remove-HostedOutboundSpamFilterRule", "Remove-TenantAllowBlockListItems"], &API_ACTIVITY, DELETE).sensitive(),
    // Who may do what, and by which protocol
    op(&["New-ManagementRole", "Add-ManagementRoleEntry", "New-ApplicationAccessPolicy", "New-AuthenticationPolicy", "New-OrganizationRelationship", "New-SharingPolicy"], &API_ACTIVITY, CREATE).sensitive(),
    op(&["Set-ManagementRoleAssignment", "Set-ManagementRoleEntry", "Set-RoleGroup", "Set-ApplicationAccessPolicy", "Set-AuthenticationPolicy", "Set-OrganizationRelationship", "Set-SharingPolicy", "Set-CASMailbox"], &API_ACTIVITY, UPDATE).sensitive(),
    op(&["Remove-ManagementRole", "Remove-ManagementRoleEntry", "Remove-ApplicationAccessPolicy", "Remove-AuthenticationPolicy", "Remove-OrganizationRelationship", "Remove-SharingPolicy"], &API_ACTIVITY, DELETE).sensitive(),
    // By verb
    op(&["New-App", "New-MigrationBatch"], &API_ACTIVITY, CREATE),
    op(&["Set-Mailbox"], &API_ACTIVITY, UPDATE),
    op(&["New-*", "Add-*", "Install-*", "Import-*", "Start-*"], &API_ACTIVITY, CREATE),
    op(&["Get-*", "Search-*", "Test-*", "Export-*", "Find-*", "Validate*"], &API_ACTIVITY, READ),
    op(&["Set-*", "Update-*", "Enable-*", "Move-*", "Restore-*"], &API_ACTIVITY, UPDATE),
    op(&["Remove-*", "Disable-*", "Uninstall-*", "Clear-*", "Stop-*"], &API_ACTIVITY, DELETE),
];
