/**
 * The questions a plugin may answer, one interface a hook, and the answers it may give. A plugin is
 * a Declarative Services component that implements the hooks it needs; the server finds it under
 * those interfaces. The hooks, their order and the meaning of each answer are those of qpsmtpd
 * 1.00.
 */
@Export
@Version("1.7.0")
@NullMarked
package org.qpsmtpd.api.hook;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
