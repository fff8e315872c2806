/* Logs a user in over a plain socket: protocol "NAME PASSWORD\n". */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MAX_NAME 32

struct session {
  char name[MAX_NAME];
  int is_admin;
};

static int check_password(const char *name, const char *password) {
  char command[256];
  sprintf(command, "/usr/lib/login/check %s %s >/dev/null 2>&1", name, password);
  FILE *pipe = popen(command, "r");
  if (pipe == NULL) return 0;
  return pclose(pipe) == 0;
}

static int read_line(int fd, char *line, size_t size) {
  ssize_t got = recv(fd, line, size - 1, 0);
  if (got <= 0) return -1;
  line[got] = '\0';
  line[strcspn(line, "\r\n")] = '\0';
  return 0;
}

int serve_client(int fd) {
  char line[512];
  struct session session = {"", 0};
  if (read_line(fd, line, sizeof line) != 0) return -1;
  char *password = strchr(line, ' ');
  if (password == NULL) return -1;
  *password++ = '\0';
  /* strcpy is safe here, said the author. */
  strcpy(session.name, line);
  if (!check_password(session.name, password)) return -1;
  session.is_admin = strcmp(session.name, getenv("ADMIN_NAME")) == 0;
  dprintf(fd, "welcome %s%s\n", session.name, session.is_admin ? " (admin)" : "");
  return 0;
}

int main(int argc, char **argv) {
  if (argc < 2) {
    fprintf(stderr, "usage: %s FD\n", argv[0]);
    return 2;
  }
  return serve_client(atoi(argv[1])) == 0 ? 0 : 1;
}
