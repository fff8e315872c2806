# pianola_embed(TARGET OUTPUT NAMESPACE FILE...) compiles files into TARGET as
#   std::span<const pianola::EmbeddedFile> NAMESPACE::embedded_files();   (base/embedded_file.h)
# in the order of their names.
function(pianola_embed target output namespace)
  set(out ${CMAKE_BINARY_DIR}/generated/${output})
  set(files ${ARGN})
  list(SORT files)
  add_custom_command(
    OUTPUT ${out}
    COMMAND ${CMAKE_COMMAND} -DOUT=${out} -DNAMESPACE=${namespace} "-DFILES=${files}" -P ${CMAKE_SOURCE_DIR}/cmake/embed_script.cmake
    DEPENDS ${files} ${CMAKE_SOURCE_DIR}/cmake/embed_script.cmake
    VERBATIM)
  target_sources(${target} PRIVATE ${out})
endfunction()
