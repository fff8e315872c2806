# The packages that scripts/package makes: a tarball that runs wherever it is unpacked, and a .deb.
set(CPACK_GENERATOR TGZ DEB)
string(TOLOWER "${CMAKE_SYSTEM_NAME}" system)
set(CPACK_PACKAGE_FILE_NAME pianola-${PROJECT_VERSION}-${system}-${CMAKE_SYSTEM_PROCESSOR})
set(CPACK_PACKAGE_VENDOR "The Pianola authors")
# A placeholder, as manifests/description.mjs has some: who publishes writes an address of theirs.
set(CPACK_PACKAGE_CONTACT "The Pianola authors <maintainers@pianola.invalid>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "MCP server for workflows designed once and executed by cheap models")
set(CPACK_RESOURCE_FILE_LICENSE ${CMAKE_SOURCE_DIR}/LICENSE)
set(CPACK_RESOURCE_FILE_README ${CMAKE_SOURCE_DIR}/README.md)
set(CPACK_STRIP_FILES ON)
set(CPACK_VERBATIM_VARIABLES ON)

set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SECTION utils)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_PACKAGE_DESCRIPTION
    "A strong model designs a workflow once; cheap models execute it many times,
one checked step after another. Pianola is the Model Context Protocol server
between them: it keeps the versions, hands out the steps, checks what is
handed in, and keeps the accounts of what all of this cost and saved. It
calls no model itself.")
# None where the program is linked statically.
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
# For access tokens of an authorization server, whose keys come over HTTPS.
set(CPACK_DEBIAN_PACKAGE_SUGGESTS ca-certificates)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA "")
foreach(file conffiles postinst prerm postrm)
  list(APPEND CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA ${CMAKE_SOURCE_DIR}/packages/debian/${file})
endforeach()
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_SOURCE_DIR}/cmake/debian_layout.cmake)
set(CPACK_PIANOLA_SOURCE_DIR ${CMAKE_SOURCE_DIR})
include(CPack)
