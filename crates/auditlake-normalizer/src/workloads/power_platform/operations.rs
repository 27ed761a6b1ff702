//! The operations of Power Apps, connectors and the administration of Power Platform, as Microsoft's pages name them.

use super::super::{Operation, op};
use crate::class::{
    API_ACTIVITY as API, APPLICATION_LIFECYCLE as APP, ENTITY_MANAGEMENT as ENTITY,
    USER_ACCESS as ACCESS,
};

#[rustfmt::skip]
pub(super) const OPERATIONS: &[Operation] = &[
    // Apps.
    op(&["CreatePowerApp"], &APP, 1),
    op(&["DeletePowerApp", "AdminDeleteApp"], &APP, 2),
    op(&["LaunchPowerApp", "FlowRunStarted"], &APP, 3),
    op(&[
        "UpdatePowerApp", "PublishPowerApp", "PatchPowerApp", "PromotePowerAppVersion", "DeletePowerAppVersion", "PublishSolutionCanvasAppVersion",
        "ImportNewCanvasApp", "ImportExistingCanvasApp", "MarkPowerAppAsFeatured", "MarkPowerAppAsHero", "RemoveFeaturedApp", "RemoveHeroApp",
        "AdminRestoreDeletePowerApp", "AdminSetAppDesiredLogicalName", "AdminSetAppAsFeatured", "AppDlpEvaluationResultChange",
    ], &APP, 8),
    op(&["AdminQuarantineApp", "AdminSetAppConditionalAccess", "AdminSetAppBypassConsent"], &APP, 8).sensitive(),
    op(&["RecordScopesConsent", "AdminModifyAppOwner"], &ACCESS, 1).sensitive(),
    op(&["PowerAppPermissionEdited", "AdminModifyAppPermissions"], &ACCESS, 1),
    op(&["PowerAppPermissionDeleted"], &ACCESS, 2),
    // Connectors and connections.
    op(&["PutConnection", "PutAppConnectionUsage"], &API, 1),
    op(&["PatchApi"], &API, 3),
    op(&["PutConnectionPermission"], &ACCESS, 1).sensitive(),
    op(&["ApiEndpointCallEvent", "GatewayResourceRequestAction"], &API, 99),
    // Data policies, environments and what is allowed in them.
    op(&["CreateDlpPolicy", "CreateRuleSetOperation", "CreateRuleBasedPolicyOperation", "CreateRuleBasedPolicyAssignmentOperation"], &ENTITY, 1).sensitive(),
    op(&["UpdateDlpPolicy", "UpdateRuleSetOperation", "UpdateRuleBasedPolicyOperation", "GovernanceApiPolicyOperation"], &ENTITY, 3).sensitive(),
    op(&["DeleteDlpPolicy", "DeleteRuleSetOperation", "DeleteRuleBasedPolicyOperation", "DeleteRuleBasedPolicyAssignmentOperation"], &ENTITY, 4).sensitive(),
    op(&["AdminSetAllowedThirdPartyApps"], &ENTITY, 3).sensitive(),
    op(&["NewEnvironmentGroup"], &ENTITY, 1),
    op(&["UpdateEnvironmentGroup", "EnvironmentAddedToEnvironmentGroup", "EnvironmentRemovedFromEnvironmentGroup", "EnvironmentPropertyChange"], &ENTITY, 3),
    op(&["DeleteEnvironmentGroup"], &ENTITY, 4),
    op(&["EnvironmentDisabledByMiser"], &ENTITY, 9),
    op(&["ApplyAdminRole"], &ACCESS, 1).sensitive(),
    op(&["LockboxRequestOperation"], &API, 3).sensitive(),
    // Licenses.
    op(&["BillingPolicyCreate", "AssignLicenseAutoClaimPolicyCreate"], &ENTITY, 1),
    op(&["BillingPolicyUpdate"], &ENTITY, 3),
    op(&["BillingPolicyDelete"], &ENTITY, 4),
    op(&["TrialProvision", "IsvContractConsent"], &API, 1),
    op(&["TrialSignUpEligibilityCheck"], &API, 2),
    op(&["TrialConvertToProduction", "TrialViralConsent", "AssignLicenseToUser", "AssignLicenseAutoClaim", "CurrencyEnvironmentAllocate"], &API, 3),
    op(&["TrialEnforce"], &API, 99),
    // Names that are not listed, of a verb that others do not use.
    op(&["Patch*"], &API, 3),
];
