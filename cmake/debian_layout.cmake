# CPack runs this on what it is about to pack: a .deb has some files in other places, compressed, or beside.
if(NOT CPACK_GENERATOR STREQUAL "DEB")
  return()
endif()
set(root ${CPACK_TEMPORARY_DIRECTORY})
set(share ${root}/usr/share)
set(debian ${CPACK_PIANOLA_SOURCE_DIR}/packages/debian)

function(compress)
  execute_process(COMMAND gzip -9nf ${ARGN} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

file(MAKE_DIRECTORY ${share}/zsh/vendor-completions ${root}/lib/systemd/system ${root}/etc/default ${share}/lintian/overrides)
file(RENAME ${share}/zsh/site-functions/_pianola ${share}/zsh/vendor-completions/_pianola)
file(REMOVE_RECURSE ${share}/zsh/site-functions)

file(READ ${root}/usr/lib/systemd/system/pianola.service unit)
string(REPLACE /usr/local/bin/ /usr/bin/ unit "${unit}")
file(WRITE ${root}/lib/systemd/system/pianola.service "${unit}")
file(REMOVE_RECURSE ${root}/usr/lib)
file(COPY_FILE ${debian}/default ${root}/etc/default/pianola)
file(COPY_FILE ${debian}/lintian-overrides ${share}/lintian/overrides/pianola)

string(TIMESTAMP date "%a, %d %b %Y %H:%M:%S +0000" UTC)
file(WRITE ${share}/doc/pianola/changelog.Debian
     "pianola (${CPACK_PACKAGE_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE}) unstable; urgency=medium\n\n"
     "  * As CHANGELOG.md says, which is changelog.gz here.\n\n"
     " -- ${CPACK_PACKAGE_CONTACT}  ${date}\n")
file(RENAME ${share}/doc/pianola/CHANGELOG.md ${share}/doc/pianola/changelog)
file(COPY_FILE ${debian}/copyright ${share}/doc/pianola/copyright)
file(REMOVE ${share}/doc/pianola/LICENSE)
compress(${share}/doc/pianola/changelog ${share}/doc/pianola/changelog.Debian ${share}/man/man1/pianola.1)
if(EXISTS ${share}/doc/pianola/THIRD-PARTY)
  compress(${share}/doc/pianola/THIRD-PARTY)
endif()
