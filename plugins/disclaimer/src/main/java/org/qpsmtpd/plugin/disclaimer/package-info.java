/** The plugin disclaimer. */
@NullMarked
package org.qpsmtpd.plugin.disclaimer;

import org.jspecify.annotations.NullMarked;
