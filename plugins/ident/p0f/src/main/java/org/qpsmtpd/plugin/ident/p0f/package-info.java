/** The plugin ident/p0f. */
@NullMarked
package org.qpsmtpd.plugin.ident.p0f;

import org.jspecify.annotations.NullMarked;
