#include "cli/program.h"

int main(int argc, char** argv) {
  return ouro::cli::run_program(argc, argv);
}
