// The module _locale: the C library's locales.
#include <langinfo.h>
#include <libintl.h>

#include <climits>
#include <clocale>
#include <cstring>
#include <cwchar>

#include "vm/import/import.h"
#include "vm/modules/native_module.h"
#include "vm/modules/posix/posix.h"
#include "vm/object/argument_errors.h"

namespace ouro::vm {

namespace {

Type* error_type = nullptr;

Value library_text(const char* text) {
  return text_of(text);
}

Result<Value> setlocale_function(const Value* a) {
  const int category = TRY(to_c_int(a[1]));
  if (category < LC_CTYPE || category > LC_IDENTIFICATION)
    return raise(error_type, "invalid locale category");
  if (a[2].is_null() || is_none(a[2])) {
    const char* now = setlocale(category, nullptr);
    if (now == nullptr) return raise(error_type, "locale query failed");
    return library_text(now);
  }
  if (!is_str(a[2]))
    return raise(types.TypeError, "setlocale() argument 2 must be str or None, not {}", given_name(a[2]));
  const std::string wanted = TRY(utf8_or_raise(a[2].as<Str>()));
  const char* result = setlocale(category, wanted.c_str());
  if (result == nullptr) return raise(error_type, "unsupported locale setting");
  return library_text(result);
}

/// Group sizes as a list; the string ends with CHAR_MAX, or with 0.
Result<Value> grouping(const char* sizes) {
  List* list = make_list();
  if (sizes[0] == 0) return list;
  size_t i = 0;
  do TRY(list_append(list, Value::from_small(static_cast<signed char>(sizes[i]))));
  while (sizes[i] != 0 && sizes[i++] != CHAR_MAX);
  return list;
}

Result<Value> localeconv_function(const Value*) {
  const lconv* l = localeconv();
  Dict* out = make_dict();
  auto add = [out](const char* name, Value value) { dict_set(out, intern(name), value); };
  add("decimal_point", library_text(l->decimal_point));
  add("thousands_sep", library_text(l->thousands_sep));
  add("grouping", TRY(grouping(l->grouping)));
  add("int_curr_symbol", library_text(l->int_curr_symbol));
  add("currency_symbol", library_text(l->currency_symbol));
  add("mon_decimal_point", library_text(l->mon_decimal_point));
  add("mon_thousands_sep", library_text(l->mon_thousands_sep));
  add("mon_grouping", TRY(grouping(l->mon_grouping)));
  add("positive_sign", library_text(l->positive_sign));
  add("negative_sign", library_text(l->negative_sign));
  add("int_frac_digits", Value::from_small(l->int_frac_digits));
  add("frac_digits", Value::from_small(l->frac_digits));
  add("p_cs_precedes", Value::from_small(l->p_cs_precedes));
  add("p_sep_by_space", Value::from_small(l->p_sep_by_space));
  add("n_cs_precedes", Value::from_small(l->n_cs_precedes));
  add("n_sep_by_space", Value::from_small(l->n_sep_by_space));
  add("p_sign_posn", Value::from_small(l->p_sign_posn));
  add("n_sign_posn", Value::from_small(l->n_sign_posn));
  return out;
}

Result<std::wstring> wide(Value value, const char* what) {
  if (!is_str(value)) return raise(types.TypeError, "{} must be str, not {}", what, given_name(value));
  const auto* text = value.as<Str>();
  std::wstring out;
  for (size_t i = 0; i < text->length; ++i) {
    if (text->at(i) == 0) return raise(types.ValueError, "embedded null character");
    out += static_cast<wchar_t>(text->at(i));
  }
  return out;
}

Result<Value> strcoll_function(const Value* a) {
  const std::wstring first = TRY(wide(a[1], "strcoll() argument 1"));
  const std::wstring second = TRY(wide(a[2], "strcoll() argument 2"));
  return make_int(wcscoll(first.c_str(), second.c_str()));
}

Result<Value> strxfrm_function(const Value* a) {
  const std::wstring text = TRY(wide(a[1], "strxfrm() argument"));
  errno = 0;
  const size_t size = wcsxfrm(nullptr, text.c_str(), 0);
  if (errno != 0 && errno != ERANGE) return raise_os_error(errno);
  std::wstring out(size + 1, L'\0');
  wcsxfrm(out.data(), text.c_str(), size + 1);
  return make_str(reinterpret_cast<const char32_t*>(out.data()), size);
}

struct Constant {
  const char* name;
  int value;
};
#define C(name) {#name, name}
constexpr Constant kItems[] = {
    C(DAY_1),     C(DAY_2),       C(DAY_3),     C(DAY_4),      C(DAY_5),   C(DAY_6),      C(DAY_7),
    C(ABDAY_1),   C(ABDAY_2),     C(ABDAY_3),   C(ABDAY_4),    C(ABDAY_5), C(ABDAY_6),    C(ABDAY_7),
    C(MON_1),     C(MON_2),       C(MON_3),     C(MON_4),      C(MON_5),   C(MON_6),      C(MON_7),
    C(MON_8),     C(MON_9),       C(MON_10),    C(MON_11),     C(MON_12),  C(ABMON_1),    C(ABMON_2),
    C(ABMON_3),   C(ABMON_4),     C(ABMON_5),   C(ABMON_6),    C(ABMON_7), C(ABMON_8),    C(ABMON_9),
    C(ABMON_10),  C(ABMON_11),    C(ABMON_12),  C(RADIXCHAR),  C(THOUSEP), C(CRNCYSTR),   C(D_FMT),
    C(D_T_FMT),   C(T_FMT),       C(AM_STR),    C(PM_STR),     C(CODESET), C(T_FMT_AMPM), C(ERA),
    C(ERA_D_FMT), C(ERA_D_T_FMT), C(ERA_T_FMT), C(ALT_DIGITS), C(YESEXPR), C(NOEXPR),
};
constexpr Constant kCategories[] = {
    C(LC_CTYPE),    C(LC_TIME),    C(LC_COLLATE), C(LC_MONETARY),
    C(LC_MESSAGES), C(LC_NUMERIC), C(LC_ALL),     C(CHAR_MAX),
};
#undef C

Result<Value> nl_langinfo_function(const Value* a) {
  const int item = TRY(to_c_int(a[1]));
  for (const Constant& known : kItems) {
    if (known.value != item) continue;
    const char* text = nl_langinfo(item);
    return library_text(text == nullptr ? "" : text);
  }
  return raise(types.ValueError, "unsupported langinfo constant");
}

Result<Value> gettext_function(const Value* a) {
  const std::string message = TRY(c_text_argument(a[1], "gettext", " 1"));
  return library_text(gettext(message.c_str()));
}

Result<Value> dcgettext_for(Value domain_value, Value message_value, int category) {
  std::string domain;
  const bool given = !is_none(domain_value);
  if (given) domain = TRY(c_text_argument(domain_value, "dgettext", " 1", "str or None"));
  const std::string message = TRY(c_text_argument(message_value, "dgettext", " 2"));
  return library_text(dcgettext(given ? domain.c_str() : nullptr, message.c_str(), category));
}
Result<Value> dgettext_function(const Value* a) {
  return dcgettext_for(a[1], a[2], LC_MESSAGES);
}
Result<Value> dcgettext_function(const Value* a) {
  return dcgettext_for(a[1], a[2], TRY(to_c_int(a[3])));
}

Result<Value> textdomain_function(const Value* a) {
  std::string domain;
  const bool given = !is_none(a[1]);
  if (given) domain = TRY(c_text_argument(a[1], "textdomain", " 1"));
  const char* result = textdomain(given ? domain.c_str() : nullptr);
  if (result == nullptr) return raise_os_error(errno);
  return library_text(result);
}

Result<Value> bindtextdomain_function(const Value* a) {
  const std::string domain = TRY(c_text_argument(a[1], "bindtextdomain", " 1"));
  if (domain.empty()) return raise(error_type, "domain must be a non-empty string");
  std::string directory;
  const bool given = !is_none(a[2]);
  if (given) directory = TRY(encode_file_name(a[2]));
  const char* result = bindtextdomain(domain.c_str(), given ? directory.c_str() : nullptr);
  if (result == nullptr) return raise_os_error(errno);
  return library_text(result);
}

Result<Value> bind_textdomain_codeset_function(const Value* a) {
  const std::string domain = TRY(c_text_argument(a[1], "bind_textdomain_codeset", " 1"));
  std::string codeset;
  const bool given = !is_none(a[2]);
  if (given) codeset = TRY(c_text_argument(a[2], "bind_textdomain_codeset", " 2"));
  const char* result = bind_textdomain_codeset(domain.c_str(), given ? codeset.c_str() : nullptr);
  return result == nullptr ? none() : library_text(result);
}

Result<Value> getencoding(const Value*) {
  return make_str(locale_encoding());
}

constexpr MethodSpec kFunctions[] = {
    {"setlocale", "($module, category, locale=None, /)", setlocale_function,
     "Activates/queries locale processing."},
    {"localeconv", "($module, /)", localeconv_function,
     "Returns numeric and monetary locale-specific parameters."},
    {"strcoll", "($module, os1, os2, /)", strcoll_function, "Compares two strings according to the locale."},
    {"strxfrm", "($module, string, /)", strxfrm_function,
     "Return a string that can be used as a key for locale-aware comparisons."},
    {"nl_langinfo", "($module, key, /)", nl_langinfo_function,
     "Return the value for the locale information associated with key."},
    {"gettext", "($module, msg, /)", gettext_function, "Return translation of msg."},
    {"dgettext", "($module, domain, msg, /)", dgettext_function, "Return translation of msg in domain."},
    {"dcgettext", "($module, domain, msg, category, /)", dcgettext_function,
     "Return translation of msg in domain and category."},
    {"textdomain", "($module, domain, /)", textdomain_function,
     "Set the C library's textdmain to domain, returning the new domain."},
    {"bindtextdomain", "($module, domain, dir, /)", bindtextdomain_function,
     "Bind the C library's domain to dir."},
    {"bind_textdomain_codeset", "($module, domain, codeset, /)", bind_textdomain_codeset_function,
     "Bind the C library's domain to codeset."},
    {"getencoding", "($module, /)", getencoding, "Get the current locale encoding."},
};

Status execute(Module* module) {
  // The character type is the environment's from the start, everything else the C locale's.
  if (std::strcmp(setlocale(LC_CTYPE, nullptr), "C") == 0) setlocale(LC_CTYPE, "");
  if (error_type == nullptr) {
    error_type = TRY(make_exception_class("locale", "Error", types.Exception));
    add_root(reinterpret_cast<Object**>(&error_type));
  }
  TRY(module_add(module, "Error", error_type));
  for (const Constant& constant : kItems) TRY(module_add(module, constant.name, make_int(constant.value)));
  for (const Constant& constant : kCategories)
    TRY(module_add(module, constant.name, make_int(constant.value)));
  return {};
}

}  // namespace

extern const ModuleSpec kLocaleModule{
    .name = "_locale", .doc = "Support for POSIX locales.", .functions = kFunctions, .execute = execute};

}  // namespace ouro::vm
