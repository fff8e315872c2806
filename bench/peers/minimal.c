/* The least a server can do before its first answer: a static C program that answers one line with another. */
#include <unistd.h>

int main(void) {
  static const char answer[] = "{\"jsonrpc\":\"2.0\",\"id\":0,\"result\":{}}\n";
  static char line[65536];
  while (read(0, line, sizeof line) > 0) {
    if (write(1, answer, sizeof answer - 1) < 0) return 1;
  }
  return 0;
}
