"""The public API, an area a module; a new area adds its router here."""

from litestar import Router

from tidings.api.v2.agentless import agentless_router
from tidings.api.v2.analytics import analytics_router
from tidings.api.v2.analytics_aggregates import analytics_aggregates_router
from tidings.api.v2.analytics_jobs import analytics_jobs_router
from tidings.api.v2.audits import audits_router
from tidings.api.v2.board import board_router
from tidings.api.v2.campaign_progress import campaign_progress_router
from tidings.api.v2.campaign_results import campaign_results_router
from tidings.api.v2.campaign_schedules import campaign_schedules_router
from tidings.api.v2.campaign_trials import campaign_trials_router
from tidings.api.v2.campaigns import campaigns_router
from tidings.api.v2.consent_imports import consent_imports_router
from tidings.api.v2.consent_keywords import consent_keywords_router
from tidings.api.v2.consents import consents_router
from tidings.api.v2.contact_list_filters import contact_list_filters_router
from tidings.api.v2.contact_lists import contact_lists_router
from tidings.api.v2.contact_previews import contact_previews_router
from tidings.api.v2.contact_search import contact_search_router
from tidings.api.v2.contact_uploads import contact_uploads_router
from tidings.api.v2.contacts import contacts_router
from tidings.api.v2.conversation_customers import conversation_customers_router
from tidings.api.v2.conversation_messages import conversation_messages_router
from tidings.api.v2.conversation_participants import conversation_participants_router
from tidings.api.v2.conversation_transfers import (
    conversation_transfers_router,
    routing_conversations_router,
)
from tidings.api.v2.division_objects import division_objects_router
from tidings.api.v2.divisions import divisions_router
from tidings.api.v2.dnc_entries import dnc_conversations_router, dnc_entries_router
from tidings.api.v2.dnc_entry_search import dnc_entry_search_router
from tidings.api.v2.dnc_lists import dnc_lists_router
from tidings.api.v2.dnc_uploads import dnc_uploads_router
from tidings.api.v2.exchanges import exchanges_router, integration_exchanges_router
from tidings.api.v2.export_history import export_history_router
from tidings.api.v2.exports import downloads_router, exports_router
from tidings.api.v2.integration_checks import integration_checks_router
from tidings.api.v2.integrations import integrations_router
from tidings.api.v2.interactions import interactions_router
from tidings.api.v2.libraries import libraries_router
from tidings.api.v2.media import media_uploads_router, messages_media_router
from tidings.api.v2.media_downloads import media_downloads_router
from tidings.api.v2.messages import messages_router
from tidings.api.v2.notifications import notifications_router
from tidings.api.v2.oauth import oauth_router
from tidings.api.v2.oauth_scopes import oauth_scopes_router
from tidings.api.v2.operating_hours import operating_hours_router
from tidings.api.v2.organization import organization_router
from tidings.api.v2.outbound_events import outbound_events_router
from tidings.api.v2.outbound_settings import outbound_settings_router
from tidings.api.v2.permissions import permissions_router
from tidings.api.v2.presences import presences_router
from tidings.api.v2.profile import profile_router
from tidings.api.v2.queue_members import queue_members_router
from tidings.api.v2.queue_observations import queue_observations_router
from tidings.api.v2.queues import queues_router
from tidings.api.v2.responses import responses_router
from tidings.api.v2.roles import roles_router
from tidings.api.v2.sessions import sessions_router
from tidings.api.v2.skills import skills_router
from tidings.api.v2.subjects import subjects_router
from tidings.api.v2.supported_content import supported_content_router
from tidings.api.v2.suppressions import suppressions_router
from tidings.api.v2.surveys import surveys_router
from tidings.api.v2.system import system_router
from tidings.api.v2.templates import templates_router
from tidings.api.v2.tokens import tokens_router
from tidings.api.v2.unsaid_messages import unsaid_messages_router
from tidings.api.v2.uploads import uploads_router
from tidings.api.v2.usage import usage_router
from tidings.api.v2.user_observations import user_observations_router
from tidings.api.v2.user_search import user_search_router
from tidings.api.v2.user_skills import user_skills_router
from tidings.api.v2.users import users_router
from tidings.api.v2.utilization import utilization_router
from tidings.api.v2.workstreams import workstreams_router
from tidings.api.v2.wrapup_codes import wrapup_codes_router

ROUTERS: tuple[Router, ...] = (
    agentless_router,
    analytics_aggregates_router,
    analytics_jobs_router,
    analytics_router,
    audits_router,
    board_router,
    campaign_progress_router,
    campaign_results_router,
    campaign_schedules_router,
    campaign_trials_router,
    campaigns_router,
    consent_imports_router,
    consent_keywords_router,
    consents_router,
    contact_list_filters_router,
    contact_lists_router,
    contact_previews_router,
    contact_search_router,
    contact_uploads_router,
    contacts_router,
    conversation_customers_router,
    conversation_messages_router,
    conversation_participants_router,
    conversation_transfers_router,
    division_objects_router,
    divisions_router,
    dnc_conversations_router,
    dnc_entries_router,
    dnc_entry_search_router,
    dnc_lists_router,
    dnc_uploads_router,
    downloads_router,
    exchanges_router,
    export_history_router,
    exports_router,
    integration_exchanges_router,
    integration_checks_router,
    integrations_router,
    interactions_router,
    libraries_router,
    media_downloads_router,
    media_uploads_router,
    messages_media_router,
    messages_router,
    notifications_router,
    oauth_router,
    oauth_scopes_router,
    operating_hours_router,
    organization_router,
    outbound_events_router,
    outbound_settings_router,
    permissions_router,
    presences_router,
    profile_router,
    queue_members_router,
    queue_observations_router,
    queues_router,
    responses_router,
    roles_router,
    routing_conversations_router,
    sessions_router,
    skills_router,
    subjects_router,
    supported_content_router,
    suppressions_router,
    surveys_router,
    system_router,
    templates_router,
    tokens_router,
    unsaid_messages_router,
    uploads_router,
    usage_router,
    user_observations_router,
    user_search_router,
    user_skills_router,
    users_router,
    utilization_router,
    workstreams_router,
    wrapup_codes_router,
)
