// SPDX-License-Identifier: EUPL-1.2
#pragma once
#include "directory/types.h"

// The field lists of types.h: order and names as in HSDS 3.1.

template <>
struct lotse::NamesOf<lotse::directory::TextState> {
  static constexpr std::array<std::string_view, 3> names{"original", "machine", "checked"};
};
template <>
struct lotse::NamesOf<lotse::directory::Care> {
  static constexpr std::array<std::string_view, 3> names{"unknown", "none", "on_site"};
};
template <>
struct lotse::FieldsOf<lotse::directory::SpokenLanguage> {
  using T = lotse::directory::SpokenLanguage;
  static constexpr auto list = std::tuple{field("id", &T::id, "Id"), field("name", &T::name, "Name"),
                                          field("code", &T::code, "Code"), field("note", &T::note, "Note")};
};
template <>
struct lotse::FieldsOf<lotse::directory::Phone> {
  using T = lotse::directory::Phone;
  static constexpr auto list = std::tuple{field("id", &T::id, "Id"),
                                          field("number", &T::number, "Number", Duty::needed),
                                          field("extension", &T::extension, "Extension"),
                                          field("type", &T::type, "Type"),
                                          field("description", &T::description, "Description"),
                                          field("languages", &T::languages, "Languages")};
};
template <>
struct lotse::FieldsOf<lotse::directory::Contact> {
  using T = lotse::directory::Contact;
  static constexpr auto list = std::tuple{field("id", &T::id, "Id"),
                                          field("name", &T::name, "Name", Duty::needed),
                                          field("title", &T::title, "Title"),
                                          field("department", &T::department, "Department"),
                                          field("email", &T::email, "Email"),
                                          field("phones", &T::phones, "Phones"),
                                          field("lotse_languages", &T::lotse_languages, "Languages")};
};
template <>
struct lotse::FieldsOf<lotse::directory::Schedule> {
  using T = lotse::directory::Schedule;
  static constexpr auto list = std::tuple{field("id", &T::id, "Id"),
                                          field("valid_from", &T::valid_from, "Valid from"),
                                          field("valid_to", &T::valid_to, "Valid to"),
                                          field("dtstart", &T::dtstart, "Dtstart"),
                                          field("timezone", &T::timezone, "Timezone"),
                                          field("until", &T::until, "Until"),
                                          field("count", &T::count, "Count"),
                                          field("wkst", &T::wkst, "Wkst"),
                                          field("freq", &T::freq, "Freq"),
                                          field("interval", &T::interval, "Interval"),
                                          field("byday", &T::byday, "Byday"),
                                          field("byweekno", &T::byweekno, "Byweekno"),
                                          field("bymonthday", &T::bymonthday, "Bymonthday"),
                                          field("byyearday", &T::byyearday, "Byyearday"),
                                          field("description", &T::description, "Description"),
                                          field("opens_at", &T::opens_at, "Opens at"),
                                          field("closes_at", &T::closes_at, "Closes at"),
                                          field("schedule_link", &T::schedule_link, "Schedule link"),
                                          field("attending_type", &T::attending_type, "Attending type"),
                                          field("notes", &T::notes, "Notes")};
};
template <>
struct lotse::FieldsOf<lotse::directory::Address> {
  using T = lotse::directory::Address;
  static constexpr auto list = std::tuple{field("id", &T::id, "Id"),
                                          field("attention", &T::attention, "Attention"),
                                          field("address_1", &T::address_1, "Address 1"),
                                          field("address_2", &T::address_2, "Address 2"),
                                          field("city", &T::city, "City", Duty::needed),
                                          field("region", &T::region, "Region"),
                                          field("state_province", &T::state_province, "State province"),
                                          field("postal_code", &T::postal_code, "Postal code"),
                                          field("country", &T::country, "Country"),
                                          field("address_type", &T::address_type, "Address type")};
};
template <>
struct lotse::FieldsOf<lotse::directory::Accessibility> {
  using T = lotse::directory::Accessibility;
  static constexpr auto list =
      std::tuple{field("id", &T::id, "Id"), field("description", &T::description, "Description"),
                 field("details", &T::details, "Details"), field("url", &T::url, "Url")};
};
template <>
struct lotse::FieldsOf<lotse::directory::CostOption> {
  using T = lotse::directory::CostOption;
  static constexpr auto list =
      std::tuple{field("id", &T::id, "Id"),
                 field("valid_from", &T::valid_from, "Valid from"),
                 field("valid_to", &T::valid_to, "Valid to"),
                 field("option", &T::option, "Option"),
                 field("currency", &T::currency, "Currency"),
                 field("amount", &T::amount, "Amount"),
                 field("amount_description", &T::amount_description, "Amount description")};
};
template <>
struct lotse::FieldsOf<lotse::directory::ServiceArea> {
  using T = lotse::directory::ServiceArea;
  static constexpr auto list = std::tuple{field("id", &T::id, "Id"),
                                          field("name", &T::name, "Name"),
                                          field("description", &T::description, "Description"),
                                          field("extent", &T::extent, "Extent"),
                                          field("extent_type", &T::extent_type, "Extent type"),
                                          field("uri", &T::uri, "Uri")};
};
template <>
struct lotse::FieldsOf<lotse::directory::Funding> {
  using T = lotse::directory::Funding;
  static constexpr auto list = std::tuple{field("id", &T::id, "Id"), field("source", &T::source, "Source")};
};
template <>
struct lotse::FieldsOf<lotse::directory::Document> {
  using T = lotse::directory::Document;
  static constexpr auto list = std::tuple{
      field("id", &T::id, "Id"), field("document", &T::document, "Document"), field("uri", &T::uri, "Uri")};
};
template <>
struct lotse::FieldsOf<lotse::directory::Program> {
  using T = lotse::directory::Program;
  static constexpr auto list =
      std::tuple{field("id", &T::id, "Id", Duty::needed), field("name", &T::name, "Name", Duty::needed),
                 field("alternate_name", &T::alternate_name, "Alternate name"),
                 field("description", &T::description, "Description")};
};
template <>
struct lotse::FieldsOf<lotse::directory::Capacity> {
  using T = lotse::directory::Capacity;
  static constexpr auto list = std::tuple{field("id", &T::id, "Id"),
                                          field("unit", &T::unit, "Unit"),
                                          field("available", &T::available, "Available"),
                                          field("maximum", &T::maximum, "Maximum"),
                                          field("description", &T::description, "Description"),
                                          field("updated", &T::updated, "Updated")};
};
template <>
struct lotse::FieldsOf<lotse::directory::Words> {
  using T = lotse::directory::Words;
  static constexpr auto list = std::tuple{field("name", &T::name, "Name"),
                                          field("description", &T::description, "Description"),
                                          field("eligibility", &T::eligibility, "Eligibility"),
                                          field("application", &T::application, "Application"),
                                          field("state", &T::state, "State"),
                                          field("checked_by", &T::checked_by, "Checked by")};
};
template <>
struct lotse::FieldsOf<lotse::directory::ChildCare> {
  using T = lotse::directory::ChildCare;
  static constexpr auto list =
      std::tuple{field("kind", &T::kind, "Kind"), field("from_months", &T::from_months, "From months"),
                 field("to_months", &T::to_months, "To months"), field("places", &T::places, "Places")};
};
template <>
struct lotse::FieldsOf<lotse::directory::Organisation> {
  using T = lotse::directory::Organisation;
  static constexpr auto list =
      std::tuple{field("id", &T::id, "Id", Duty::needed),
                 field("name", &T::name, "Name", Duty::needed),
                 field("alternate_name", &T::alternate_name, "Alternate name"),
                 field("description", &T::description, "Description"),
                 field("email", &T::email, "Email"),
                 field("website", &T::website, "Website"),
                 field("tax_status", &T::tax_status, "Tax status"),
                 field("tax_id", &T::tax_id, "Tax id"),
                 field("year_incorporated", &T::year_incorporated, "Year incorporated"),
                 field("legal_status", &T::legal_status, "Legal status"),
                 field("logo", &T::logo, "Logo"),
                 field("uri", &T::uri, "Uri"),
                 field("parent_organization_id", &T::parent_organization_id, "Parent organization id"),
                 field("funding", &T::funding, "Funding"),
                 field("contacts", &T::contacts, "Contacts"),
                 field("phones", &T::phones, "Phones"),
                 field("programs", &T::programs, "Programs"),
                 field("organization_identifiers", &T::organization_identifiers, "Organization identifiers"),
                 field("attributes", &T::attributes, "Attributes"),
                 field("metadata", &T::metadata, "Metadata"),
                 field("lotse_texts", &T::lotse_texts, "Texts"),
                 field("lotse_kind", &T::lotse_kind, "Kind")};
};
template <>
struct lotse::FieldsOf<lotse::directory::Location> {
  using T = lotse::directory::Location;
  static constexpr auto list =
      std::tuple{field("id", &T::id, "Id", Duty::needed),
                 field("location_type", &T::location_type, "Location type"),
                 field("url", &T::url, "Url"),
                 field("organization_id", &T::organization_id, "Organization id"),
                 field("name", &T::name, "Name"),
                 field("alternate_name", &T::alternate_name, "Alternate name"),
                 field("description", &T::description, "Description"),
                 field("transportation", &T::transportation, "Transportation"),
                 field("latitude", &T::latitude, "Latitude"),
                 field("longitude", &T::longitude, "Longitude"),
                 field("external_identifier", &T::external_identifier, "External identifier"),
                 field("external_identifier_type", &T::external_identifier_type, "External identifier type"),
                 field("languages", &T::languages, "Languages"),
                 field("addresses", &T::addresses, "Addresses"),
                 field("contacts", &T::contacts, "Contacts"),
                 field("accessibility", &T::accessibility, "Accessibility"),
                 field("phones", &T::phones, "Phones"),
                 field("schedules", &T::schedules, "Schedules"),
                 field("attributes", &T::attributes, "Attributes"),
                 field("metadata", &T::metadata, "Metadata"),
                 field("lotse_approximate", &T::lotse_approximate, "Approximate"),
                 field("lotse_confidential", &T::lotse_confidential, "Confidential"),
                 field("lotse_texts", &T::lotse_texts, "Texts")};
};
template <>
struct lotse::FieldsOf<lotse::directory::Service> {
  using T = lotse::directory::Service;
  static constexpr auto list = std::tuple{
      field("id", &T::id, "Id", Duty::needed),
      field("organization_id", &T::organization_id, "Organization id", Duty::needed),
      field("program_id", &T::program_id, "Program id"),
      field("name", &T::name, "Name", Duty::needed),
      field("alternate_name", &T::alternate_name, "Alternate name"),
      field("description", &T::description, "Description"),
      field("url", &T::url, "Url"),
      field("email", &T::email, "Email"),
      field("status", &T::status, "Status"),
      field("interpretation_services", &T::interpretation_services, "Interpretation services"),
      field("application_process", &T::application_process, "Application process"),
      field("fees_description", &T::fees_description, "Fees description"),
      field("wait_time", &T::wait_time, "Wait time"),
      field("fees", &T::fees, "Fees"),
      field("accreditations", &T::accreditations, "Accreditations"),
      field("eligibility_description", &T::eligibility_description, "Eligibility description"),
      field("minimum_age", &T::minimum_age, "Minimum age"),
      field("maximum_age", &T::maximum_age, "Maximum age"),
      field("assured_date", &T::assured_date, "Assured date"),
      field("assurer_email", &T::assurer_email, "Assurer email"),
      field("licenses", &T::licenses, "Licenses"),
      field("alert", &T::alert, "Alert"),
      field("last_modified", &T::last_modified, "Last modified"),
      field("phones", &T::phones, "Phones"),
      field("schedules", &T::schedules, "Schedules"),
      field("service_areas", &T::service_areas, "Service areas"),
      field("languages", &T::languages, "Languages"),
      field("funding", &T::funding, "Funding"),
      field("cost_options", &T::cost_options, "Cost options"),
      field("required_documents", &T::required_documents, "Required documents"),
      field("contacts", &T::contacts, "Contacts"),
      field("capacities", &T::capacities, "Capacities"),
      field("additional_urls", &T::additional_urls, "Additional urls"),
      field("attributes", &T::attributes, "Attributes"),
      field("metadata", &T::metadata, "Metadata"),
      field("lotse_topics", &T::lotse_topics, "Topics"),
      field("lotse_interpreters", &T::lotse_interpreters, "Interpreters"),
      field("lotse_interpreter_on_request", &T::lotse_interpreter_on_request, "Interpreter on request"),
      field("lotse_by_appointment", &T::lotse_by_appointment, "By appointment"),
      field("lotse_fringe_hours", &T::lotse_fringe_hours, "Fringe hours"),
      field("lotse_everywhere", &T::lotse_everywhere, "Everywhere"),
      field("lotse_child_care", &T::lotse_child_care, "Child care"),
      field("lotse_audience", &T::lotse_audience, "Audience"),
      field("lotse_free_of_charge", &T::lotse_free_of_charge, "Free of charge"),
      field("lotse_free_places", &T::lotse_free_places, "Free places"),
      field("lotse_language", &T::lotse_language, "Language"),
      field("lotse_texts", &T::lotse_texts, "Texts")};
};
template <>
struct lotse::FieldsOf<lotse::directory::Placed> {
  using T = lotse::directory::Placed;
  static constexpr auto list = std::tuple{field("id", &T::id, "Id", Duty::needed),
                                          field("service_id", &T::service_id, "Service id", Duty::needed),
                                          field("location_id", &T::location_id, "Location id", Duty::needed),
                                          field("description", &T::description, "Description"),
                                          field("contacts", &T::contacts, "Contacts"),
                                          field("phones", &T::phones, "Phones"),
                                          field("schedules", &T::schedules, "Schedules"),
                                          field("service_areas", &T::service_areas, "Service areas"),
                                          field("attributes", &T::attributes, "Attributes"),
                                          field("metadata", &T::metadata, "Metadata")};
};
template <>
struct lotse::FieldsOf<lotse::directory::Term> {
  using T = lotse::directory::Term;
  static constexpr auto list = std::tuple{field("id", &T::id, "Id", Duty::needed),
                                          field("code", &T::code, "Code"),
                                          field("name", &T::name, "Name"),
                                          field("description", &T::description, "Description"),
                                          field("parent_id", &T::parent_id, "Parent id"),
                                          field("taxonomy", &T::taxonomy, "Taxonomy"),
                                          field("language", &T::language, "Language"),
                                          field("term_uri", &T::term_uri, "Term uri"),
                                          field("taxonomy_detail", &T::taxonomy_detail, "Taxonomy detail")};
};
