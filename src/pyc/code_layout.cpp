#include "pyc/code_layout.h"

namespace ouro::pyc {

namespace {

constexpr CodeField kFields311[] = {
    CodeField::ArgCount,
    CodeField::PositionalOnlyCount,
    CodeField::KeywordOnlyCount,
    CodeField::StackSize,
    CodeField::Flags,
    CodeField::Code,
    CodeField::Consts,
    CodeField::Names,
    CodeField::LocalsPlusNames,
    CodeField::LocalsPlusKinds,
    CodeField::FileName,
    CodeField::Name,
    CodeField::QualifiedName,
    CodeField::FirstLine,
    CodeField::LineTable,
    CodeField::ExceptionTable,
};

}  // namespace

const CodeLayout kCodeLayout311 = {0x030B, kFields311};

const CodeLayout* find_code_layout(uint16_t version) {
  return version == kCodeLayout311.version ? &kCodeLayout311 : nullptr;
}

}  // namespace ouro::pyc
